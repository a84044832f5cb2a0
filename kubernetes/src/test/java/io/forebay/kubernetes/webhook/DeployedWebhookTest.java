package io.forebay.kubernetes.webhook;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import io.forebay.kubernetes.cluster.Images;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The manifest as it is, with the image of the tests, on a real node. */
@ExtendWith(ClusterExtension.class)
@Timeout(value = 8, unit = MINUTES)
class DeployedWebhookTest {

  private static final String NAMESPACE = "forebay";

  @Test
  void aRollingUpdateFailsNoRequest(Cluster cluster) throws Exception {
    cluster.worker().importForebay();
    KubernetesClient client = cluster.client();
    String namespace = cluster.namespace();
    client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build())
        .serverSideApply();
    List<HasMetadata> manifest = manifest(client);
    try {
      manifest.forEach(object -> client.resource(object).serverSideApply());
      awaitRollout(client);
      Pod reading =
          new PodBuilder()
              .withNewMetadata()
              .withName("reading")
              .addToAnnotations("forebay.io/datasets", "images")
              .endMetadata()
              .withNewSpec()
              .addNewContainer()
              .withName("main")
              .withImage("none")
              .endContainer()
              .endSpec()
              .build();
      await()
          .atMost(1, MINUTES)
          .ignoreExceptions()
          .until(() -> hasAffinity(client, namespace, reading));

      cluster.kubectl("rollout", "restart", "-n", NAMESPACE, "deployment/forebay-webhook");
      long generation = deployment(client).getMetadata().getGeneration();
      await()
          .atMost(4, MINUTES)
          .until(
              () -> {
                assertThat(hasAffinity(client, namespace, reading)).isTrue();
                return isRolledOut(deployment(client), generation)
                    && client.pods().inNamespace(NAMESPACE).list().getItems().stream()
                        .allMatch(pod -> pod.getMetadata().getDeletionTimestamp() == null);
              });
    } finally {
      manifest.forEach(object -> client.resource(object).delete());
      client.secrets().inNamespace(NAMESPACE).withName("forebay-webhook-tls").delete();
      await()
          .atMost(2, MINUTES)
          .until(() -> client.pods().inNamespace(NAMESPACE).list().getItems().isEmpty());
    }
  }

  /** With the tests' image, and so that a pod without an answer is refused. */
  private static List<HasMetadata> manifest(KubernetesClient client) throws Exception {
    try (InputStream yaml = Files.newInputStream(Path.of("deploy/base/webhook.yaml"))) {
      return client.load(yaml).items().stream().map(DeployedWebhookTest::forTests).toList();
    }
  }

  private static HasMetadata forTests(HasMetadata object) {
    return switch (object) {
      case Deployment deployment ->
          new DeploymentBuilder(deployment)
              .editSpec()
              .editTemplate()
              .editSpec()
              .editContainer(0)
              .withImage(Images.FOREBAY)
              .withImagePullPolicy("Never")
              .endContainer()
              .endSpec()
              .endTemplate()
              .endSpec()
              .build();
      case MutatingWebhookConfiguration configuration ->
          new MutatingWebhookConfigurationBuilder(configuration)
              .editWebhook(0)
              .withFailurePolicy("Fail")
              .withTimeoutSeconds(10)
              .endWebhook()
              .build();
      default -> object;
    };
  }

  private static boolean hasAffinity(KubernetesClient client, String namespace, Pod pod) {
    return client
            .pods()
            .inNamespace(namespace)
            .resource(pod)
            .dryRun()
            .create()
            .getSpec()
            .getAffinity()
        != null;
  }

  private static Deployment deployment(KubernetesClient client) {
    return client.apps().deployments().inNamespace(NAMESPACE).withName("forebay-webhook").get();
  }

  private static void awaitRollout(KubernetesClient client) {
    await().atMost(4, MINUTES).until(() -> isRolledOut(deployment(client), 1));
  }

  private static boolean isRolledOut(Deployment deployment, long generation) {
    var status = deployment.getStatus();
    return status.getObservedGeneration() != null
        && status.getObservedGeneration() >= generation
        && Integer.valueOf(2).equals(status.getUpdatedReplicas())
        && Integer.valueOf(2).equals(status.getAvailableReplicas())
        && Integer.valueOf(2).equals(status.getReplicas());
  }
}
