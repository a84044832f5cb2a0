package io.forebay.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Why pods of real controllers end; no node runs them. */
@ExtendWith(ClusterExtension.class)
class PodEndTest {

  private KubernetesClient client;
  private String namespace;

  @BeforeEach
  void prepare(Cluster cluster) {
    client = cluster.client();
    namespace = cluster.namespace();
  }

  private void create(String manifest) {
    client
        .load(new ByteArrayInputStream(manifest.getBytes(StandardCharsets.UTF_8)))
        .inNamespace(namespace)
        .create();
  }

  private Pod pod(String name) {
    return client.pods().inNamespace(namespace).withName(name).get();
  }

  private PodEnd end(String name) throws IOException {
    return PodEnd.of(client, namespace, name);
  }

  @Test
  void aPodOfAStatefulSetIsScaledInWhenItsNumberIsTooHigh() throws IOException {
    create(
        """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: servers}
        spec:
          replicas: 2
          podManagementPolicy: Parallel
          selector: {matchLabels: {app: servers}}
          template:
            metadata: {labels: {app: servers}}
            spec:
              nodeSelector: {no: node}
              containers: [{name: main, image: none, lifecycle: {}}]
              terminationGracePeriodSeconds: 600
        """);
    await().atMost(ONE_MINUTE).until(() -> pod("servers-1") != null);
    assertThat(end("servers-1")).isEqualTo(PodEnd.REPLACED);

    // Without a node, a pod that is to end is gone at once, unless somebody has it wait.
    client
        .pods()
        .inNamespace(namespace)
        .withName("servers-1")
        .edit(
            p ->
                new PodBuilder(p)
                    .editMetadata()
                    .addToFinalizers("forebay.test/wait")
                    .endMetadata()
                    .build());
    client.apps().statefulSets().inNamespace(namespace).withName("servers").scale(1);
    await()
        .atMost(ONE_MINUTE)
        .until(() -> pod("servers-1").getMetadata().getDeletionTimestamp() != null);
    assertThat(end("servers-1")).isEqualTo(PodEnd.SCALED_IN);
    assertThat(end("servers-0")).isEqualTo(PodEnd.REPLACED);

    client.apps().statefulSets().inNamespace(namespace).withName("servers").delete();
    await().atMost(ONE_MINUTE).until(() -> end("servers-1") == PodEnd.DELETED);
    client
        .pods()
        .inNamespace(namespace)
        .withName("servers-1")
        .edit(p -> new PodBuilder(p).editMetadata().withFinalizers().endMetadata().build());
  }

  @Test
  void aPodWithoutAControllerIsDeleted() throws IOException {
    create(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: alone}
        spec: {nodeSelector: {no: node}, containers: [{name: main, image: none}]}
        """);
    assertThat(end("alone")).isEqualTo(PodEnd.DELETED);
  }

  @Test
  void aPodThatThereIsNotIsAnError() {
    assertThatThrownBy(() -> end("nobody"))
        .isInstanceOf(IOException.class)
        .hasMessage("there is no pod " + namespace + "/nobody");
  }
}
