package io.forebay.kubernetes.webhook;

import java.util.List;

/**
 * What the objects of the webhook are called.
 *
 * @param namespace of Service and Secret
 * @param service that the API server calls
 * @param secret with the certificates
 * @param configuration the {@code MutatingWebhookConfiguration}
 */
public record WebhookNames(String namespace, String service, String secret, String configuration) {

  /** Those of the server's certificate. The first is what the API server asks for. */
  List<String> dns() {
    String name = service + "." + namespace + ".svc";
    return List.of(name, name + ".cluster.local", service + "." + namespace, service);
  }
}
