package io.forebay.kubernetes.cli;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.forebay.cli.StopSignal;
import io.forebay.cli.logging.LogOptions;
import io.forebay.kubernetes.webhook.Webhook;
import io.forebay.kubernetes.webhook.WebhookNames;
import io.forebay.kubernetes.webhook.WebhookOptions;
import io.forebay.server.FatalErrors;
import io.forebay.wire.Address;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the admission webhook until it is told to stop. */
@Command(
    name = "webhook",
    description = {
      "Runs the admission webhook, which gives new pods the affinity of the data sets that they read.",
      "It makes and renews its certificates itself, keeps them in a Secret that all replicas share, and"
          + " writes them into its MutatingWebhookConfiguration. The rules of 'forebay affinity' hold."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Examples:",
      "  kubectl apply -k kubernetes/deploy/base      runs it in the cluster",
      "  forebay webhook --kubeconfig ~/.kube/config --namespace forebay --listen 0.0.0.0:8443"
    })
final class WebhookCommand implements Callable<Integer> {

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "0.0.0.0:8443",
      description = "Address for HTTPS: /mutate, /healthz, /readyz (default: ${DEFAULT-VALUE}).")
  private Address.Tcp listen;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "Namespace of Service and Secret (default: the pod's own).")
  private String namespace;

  @Option(
      names = "--service",
      paramLabel = "NAME",
      defaultValue = "forebay-webhook",
      description = "Service that the API server calls (default: ${DEFAULT-VALUE}).")
  private String service;

  @Option(
      names = "--secret",
      paramLabel = "NAME",
      defaultValue = "forebay-webhook-tls",
      description = "Secret for the certificates (default: ${DEFAULT-VALUE}).")
  private String secret;

  @Option(
      names = "--configuration",
      paramLabel = "NAME",
      defaultValue = "forebay-webhook",
      description = "MutatingWebhookConfiguration to write into (default: ${DEFAULT-VALUE}).")
  private String configuration;

  @Mixin private TierOptions tiers;
  @Mixin private ClusterOptions cluster;
  @Mixin private LogOptions logging = new LogOptions();
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    logging.apply();
    if (!cluster.isGiven()) {
      throw new ParameterException(
          spec.commandLine(), "there is no cluster: run it in a pod, or give --kubeconfig FILE");
    }
    FatalErrors.exitOnFatalError();
    return StopSignal.serve(
        stop -> {
          try (KubernetesClient client = cluster.connect();
              Webhook webhook = Webhook.start(client, options(client), InstantSource.system())) {
            System.out.println("serving at " + webhook.address());
            stop.await();
          }
        });
  }

  private WebhookOptions options(KubernetesClient client) {
    String home =
        Optional.ofNullable(namespace)
            .or(() -> Optional.ofNullable(client.getNamespace()))
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(), "the webhook's namespace is not known: --namespace"));
    return new WebhookOptions(
        new InetSocketAddress(listen.host(), listen.port()),
        new WebhookNames(home, service, secret, configuration),
        tiers.tiers());
  }
}
