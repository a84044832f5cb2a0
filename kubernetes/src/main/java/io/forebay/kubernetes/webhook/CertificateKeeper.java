package io.forebay.kubernetes.webhook;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the certificates in their Secret, and in the configuration of the webhook what the API
 * server is to trust. Every replica does so. They need no leader: a write succeeds only if nobody
 * else wrote since the object was read, and the configuration is read before the Secret, so a
 * replica never publishes what is older than what it replaces.
 */
final class CertificateKeeper {

  private static final Logger log = LoggerFactory.getLogger(CertificateKeeper.class);

  /** Each is lost only to a replica that got on. */
  private static final int ATTEMPTS = 10;

  private final KubernetesClient client;
  private final WebhookNames names;
  private final Rotation rotation;
  private final InstantSource clock;

  CertificateKeeper(
      KubernetesClient client, WebhookNames names, Rotation rotation, InstantSource clock) {
    this.client = client;
    this.names = names;
    this.rotation = rotation;
    this.clock = clock;
  }

  /**
   * @param certificates to show one of
   * @param problem why the API server does not trust them yet; empty if it does
   */
  record Outcome(Certificates certificates, Optional<String> problem) {}

  /**
   * Reads what there is, and does the next step if it is due.
   *
   * @throws IOException if an object cannot be read or written
   */
  Outcome round() throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        Optional<MutatingWebhookConfiguration> configuration = configuration();
        Certificates certificates = certificates(configuration);
        return new Outcome(certificates, publish(configuration, certificates));
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || attempt == ATTEMPTS) {
          throw new IOException(
              "cannot keep the webhook's certificates: "
                  + e.getMessage()
                  + (e.getCause() == null ? "" : " " + e.getCause().getMessage()),
              e);
        }
      }
    }
  }

  private Optional<MutatingWebhookConfiguration> configuration() {
    return Optional.ofNullable(
        client
            .admissionRegistration()
            .v1()
            .mutatingWebhookConfigurations()
            .withName(names.configuration())
            .get());
  }

  private Certificates certificates(Optional<MutatingWebhookConfiguration> configuration)
      throws IOException {
    Secret secret = client.secrets().inNamespace(names.namespace()).withName(names.secret()).get();
    if (secret == null) {
      Certificates first = rotation.first(clock.instant());
      log.info("made the webhook's first certificate, valid until {}", first.active().expires());
      return write(new SecretBuilder(), first);
    }
    Optional<Certificates> now = parse(secret);
    Certificates next =
        now.isPresent()
            ? rotation.next(now.get(), published(configuration), clock.instant())
            : rotation.first(clock.instant());
    if (now.isPresent() && now.get().equals(next)) {
      return next;
    }
    log.info("the webhook's certificates change: {}", describe(next));
    return write(new SecretBuilder(secret), next);
  }

  private static String describe(Certificates certificates) {
    return certificates
        .next()
        .map(next -> "the next one is valid until " + next.expires())
        .orElseGet(() -> "the one in use is valid until " + certificates.active().expires());
  }

  private Optional<Certificates> parse(Secret secret) {
    try {
      return Optional.of(
          Certificates.parse(secret.getData() == null ? Map.of() : secret.getData()));
    } catch (IOException e) {
      log.warn(
          "Secret {}/{} is replaced, for it is damaged: {}",
          names.namespace(),
          names.secret(),
          e.getMessage());
      return Optional.empty();
    }
  }

  private Certificates write(SecretBuilder secret, Certificates certificates) throws IOException {
    Secret written =
        secret
            .editOrNewMetadata()
            .withNamespace(names.namespace())
            .withName(names.secret())
            .endMetadata()
            .withType("kubernetes.io/tls")
            .withData(certificates.secret())
            .build();
    if (written.getMetadata().getResourceVersion() == null) {
      client.resource(written).create();
    } else {
      client.resource(written).lockResourceVersion().update();
    }
    return certificates;
  }

  /** What every webhook of the configuration is trusted with. */
  private static Set<X509Certificate> published(
      Optional<MutatingWebhookConfiguration> configuration) throws IOException {
    Set<X509Certificate> common = null;
    for (MutatingWebhook webhook : webhooks(configuration)) {
      String bundle = webhook.getClientConfig().getCaBundle();
      List<X509Certificate> trusted =
          bundle == null
              ? List.of()
              : Identity.certificates(
                  new String(Base64.getDecoder().decode(bundle), StandardCharsets.UTF_8));
      if (common == null) {
        common = new HashSet<>(trusted);
      } else {
        common.retainAll(trusted);
      }
    }
    return common == null ? Set.of() : common;
  }

  private static List<MutatingWebhook> webhooks(
      Optional<MutatingWebhookConfiguration> configuration) {
    return configuration.map(MutatingWebhookConfiguration::getWebhooks).orElse(List.of());
  }

  private Optional<String> publish(
      Optional<MutatingWebhookConfiguration> configuration, Certificates certificates)
      throws IOException {
    if (configuration.isEmpty()) {
      return Optional.of(
          "there is no MutatingWebhookConfiguration '"
              + names.configuration()
              + "', so no pod gets here; apply the webhook's manifests");
    }
    String bundle = certificates.trustedBase64();
    if (webhooks(configuration).stream()
        .allMatch(webhook -> bundle.equals(webhook.getClientConfig().getCaBundle()))) {
      return Optional.empty();
    }
    MutatingWebhookConfigurationBuilder changed =
        new MutatingWebhookConfigurationBuilder(configuration.get());
    for (int i = 0; i < webhooks(configuration).size(); i++) {
      changed.editWebhook(i).editClientConfig().withCaBundle(bundle).endClientConfig().endWebhook();
    }
    client.resource(changed.build()).lockResourceVersion().update();
    return Optional.empty();
  }
}
