package io.forebay.kubernetes.webhook;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.forebay.dataset.affinity.LocalityTiers;
import io.forebay.kubernetes.cluster.Cluster;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Replicas of the webhook in this JVM, as the service account of the manifest with its rights, and
 * the other objects of the manifest. Closing takes all of them away.
 */
final class Replicas implements AutoCloseable {

  static final WebhookNames NAMES =
      new WebhookNames("forebay", "forebay-webhook", "forebay-webhook-tls", "forebay-webhook");

  private static final Path MANIFEST = Path.of("deploy/base/webhook.yaml");

  /** What runs here instead: the pods, and the service that selects them. */
  private static final Set<String> REPLACED =
      Set.of("Deployment", "PodDisruptionBudget", "Service");

  private final Cluster cluster;
  private final KubernetesClient rights;
  private final List<Webhook> running = new ArrayList<>();

  private Replicas(Cluster cluster) throws Exception {
    this.cluster = cluster;
    rights =
        new KubernetesClientBuilder()
            .withConfig(
                Config.fromKubeconfig(
                    Files.readString(
                        cluster.kubeconfig("system:serviceaccount:forebay:forebay-webhook"))))
            .build();
  }

  static Replicas start(Cluster cluster, int count) throws Exception {
    return start(cluster, count, Duration.ofDays(90), Duration.ofMinutes(10));
  }

  static Replicas start(Cluster cluster, int count, Duration validity, Duration overlap)
      throws Exception {
    Replicas replicas = new Replicas(cluster);
    try {
      replicas.applyManifest();
      for (int i = 0; i < count; i++) {
        replicas.run(validity, overlap);
      }
      replicas.awaitTrust();
      return replicas;
    } catch (Exception | Error e) {
      replicas.close();
      throw e;
    }
  }

  private void applyManifest() throws Exception {
    KubernetesClient admin = cluster.client();
    admin
        .namespaces()
        .resource(
            new NamespaceBuilder().withNewMetadata().withName("forebay").endMetadata().build())
        .serverSideApply();
    for (HasMetadata object : manifest()) {
      if (!REPLACED.contains(object.getKind())) {
        admin.resource(object).serverSideApply();
      }
    }
    admin
        .resource(
            new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("forebay")
                .withName("forebay-webhook")
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withName("https")
                .withPort(443)
                .endPort()
                .endSpec()
                .build())
        .serverSideApply();
  }

  private List<HasMetadata> manifest() throws Exception {
    try (InputStream yaml = Files.newInputStream(MANIFEST)) {
      return cluster.client().load(yaml).items();
    }
  }

  private void run(Duration validity, Duration overlap) throws Exception {
    Webhook webhook =
        Webhook.start(
            rights,
            new WebhookOptions(
                new InetSocketAddress("0.0.0.0", 0),
                NAMES,
                LocalityTiers.DEFAULT,
                validity,
                overlap,
                Duration.ofMillis(200)),
            InstantSource.system());
    running.add(webhook);
    cluster
        .client()
        .resource(
            new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace("forebay")
                .withName("forebay-webhook-" + running.size())
                .addToLabels("kubernetes.io/service-name", "forebay-webhook")
                .endMetadata()
                .withAddressType("IPv4")
                .addNewEndpoint()
                .withAddresses(cluster.outside())
                .withNewConditions()
                .withReady(true)
                .endConditions()
                .endEndpoint()
                .addNewPort()
                .withName("https")
                .withPort(webhook.address().getPort())
                .endPort()
                .build())
        .serverSideApply();
  }

  /** Until the API server calls it. */
  private void awaitTrust() {
    await()
        .atMost(1, TimeUnit.MINUTES)
        .until(() -> running.stream().allMatch(webhook -> webhook.problem().isEmpty()));
  }

  /** From now on a pod that gets no answer is refused. */
  void requireAnswers() {
    edit("Fail", 10);
  }

  void edit(String failurePolicy, int timeoutSeconds) {
    cluster
        .client()
        .admissionRegistration()
        .v1()
        .mutatingWebhookConfigurations()
        .withName(NAMES.configuration())
        .edit(
            configuration ->
                new MutatingWebhookConfigurationBuilder(configuration)
                    .editWebhook(0)
                    .withFailurePolicy(failurePolicy)
                    .withTimeoutSeconds(timeoutSeconds)
                    .endWebhook()
                    .build());
  }

  /** Until a pod would get an affinity: the replica knows its claim and volume. */
  void awaitAffinity(String namespace, Pod pod) {
    await()
        .atMost(1, TimeUnit.MINUTES)
        .until(
            () ->
                cluster
                        .client()
                        .pods()
                        .inNamespace(namespace)
                        .resource(pod)
                        .dryRun()
                        .create()
                        .getSpec()
                        .getAffinity()
                    != null);
  }

  /** The client of the service account. */
  KubernetesClient rights() {
    return rights;
  }

  InetSocketAddress address() {
    return running.get(0).address();
  }

  /** The pods are gone; the configuration stays. */
  void stop() {
    running.forEach(Webhook::close);
    running.clear();
  }

  @Override
  public void close() {
    stop();
    rights.close();
    cluster
        .client()
        .resource(
            new MutatingWebhookConfigurationBuilder()
                .withNewMetadata()
                .withName(NAMES.configuration())
                .endMetadata()
                .build())
        .delete();
    cluster.client().secrets().inNamespace("forebay").withName(NAMES.secret()).delete();
    cluster.client().discovery().v1().endpointSlices().inNamespace("forebay").delete();
  }
}
