package io.forebay.kubernetes.webhook;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.forebay.dataset.affinity.DataSetName;
import io.forebay.dataset.affinity.NodeLabels;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ClusterExtension.class)
@Timeout(value = 5, unit = MINUTES)
class WebhookTest {

  private static final String ZONE = "topology.kubernetes.io/zone";

  @Test
  void twoHundredPodsOnTwentyNodesLandBesideTheirData(Cluster cluster) throws Exception {
    String namespace = cluster.namespace();
    try (SimulatedNodes nodes = new SimulatedNodes(cluster, "twenty");
        Replicas replicas = Replicas.start(cluster, 1)) {
      Map<String, Set<String>> beside = new LinkedHashMap<>();
      for (int dataSet = 0; dataSet < 10; dataSet++) {
        String placed = NodeLabels.placed(new DataSetName(namespace, "data-" + dataSet));
        String one = nodes.add(Map.of(placed, "true"));
        String other = nodes.add(Map.of(placed, "true"));
        beside.put("data-" + dataSet, Set.of(one, other));
        nodes.claim(namespace, "claim-" + dataSet, "data-" + dataSet);
      }
      nodes.awaitBound(namespace);
      replicas.requireAnswers();
      for (int i = 0; i < 10; i++) {
        replicas.awaitAffinity(namespace, nodes.podWithClaim("probe", "claim-" + i).build());
      }
      for (int i = 0; i < 200; i++) {
        create(cluster, namespace, nodes.podWithClaim("pod-" + i, "claim-" + i % 10).build());
      }
      List<String> elsewhere = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String node = nodes.nodeOf(pod(cluster, namespace, "pod-" + i));
        if (!beside.get("data-" + i % 10).contains(node)) {
          elsewhere.add("pod-" + i + " on " + node);
        }
      }
      assertThat(elsewhere).isEmpty();
    }
  }

  @Test
  void theNodeWithMoreOfTheDataIsPreferredAndThenItsZone(Cluster cluster) throws Exception {
    String namespace = cluster.namespace();
    DataSetName images = new DataSetName(namespace, "images");
    String placed = NodeLabels.placed(images);
    String cached = NodeLabels.cached(images);
    try (SimulatedNodes nodes = new SimulatedNodes(cluster, "steps");
        Replicas replicas = Replicas.start(cluster, 1)) {
      nodes.add(Map.of(ZONE, "a", placed, "true", cached, "25"));
      String most = nodes.add(Map.of(ZONE, "a", placed, "true", cached, "75"));
      nodes.add(Map.of(ZONE, "a", placed, "true"));
      nodes.add(Map.of(ZONE, "b"));
      String neighbour = nodes.add(Map.of(ZONE, "a"));
      nodes.claim(namespace, "images", "images");
      nodes.awaitBound(namespace);
      replicas.requireAnswers();
      replicas.awaitAffinity(namespace, nodes.podWithClaim("probe", "images").build());
      Pod first = create(cluster, namespace, nodes.podWithClaim("first", "images").build());
      assertThat(nodes.nodeOf(first)).isEqualTo(most);

      Pod elsewhere =
          new PodBuilder(nodes.podWithClaim("elsewhere", "images").build())
              .editSpec()
              .withNewAffinity()
              .withNewNodeAffinity()
              .withNewRequiredDuringSchedulingIgnoredDuringExecution()
              .addNewNodeSelectorTerm()
              .addNewMatchExpression()
              .withKey("without-server")
              .withOperator("Exists")
              .endMatchExpression()
              .endNodeSelectorTerm()
              .endRequiredDuringSchedulingIgnoredDuringExecution()
              .endNodeAffinity()
              .endAffinity()
              .endSpec()
              .build();
      nodes.label("steps-3", "without-server", "");
      nodes.label("steps-4", "without-server", "");
      assertThat(nodes.nodeOf(create(cluster, namespace, elsewhere))).isEqualTo(neighbour);
    }
  }

  @Test
  void aRequiredDataSetKeepsThePodPendingWithAReasonUntilANodeHasIt(Cluster cluster)
      throws Exception {
    String namespace = cluster.namespace();
    String images = NodeLabels.placed(new DataSetName(namespace, "images"));
    String labels = NodeLabels.placed(new DataSetName(namespace, "labels"));
    try (SimulatedNodes nodes = new SimulatedNodes(cluster, "required");
        Replicas replicas = Replicas.start(cluster, 2)) {
      nodes.add(Map.of(images, "true"));
      String second = nodes.add(Map.of(labels, "true"));
      nodes.add(Map.of());
      replicas.requireAnswers();
      Pod pod =
          create(
              cluster,
              namespace,
              nodes
                  .pod("trainer")
                  .editMetadata()
                  .addToAnnotations("fluid.io/dataset.images.sched", "required")
                  .addToLabels("fluid.io/dataset.labels.sched", "required")
                  .endMetadata()
                  .build());
      String reason =
          "the pod waits for a node with all of its required data sets: "
              + (namespace + "/images is on 1 node, ")
              + (namespace + "/labels is on 1 node");
      await().atMost(1, MINUTES).until(() -> messages(cluster, pod).contains(reason));
      assertThat(cluster.kubectl("describe", "pod", "-n", namespace, "trainer"))
          .contains("RequiredDataMissing", reason);
      assertThat(pod(cluster, namespace, "trainer").getSpec().getNodeName()).isNull();

      nodes.label(second, images, "true");
      assertThat(nodes.nodeOf(pod)).isEqualTo(second);
      assertThat(messages(cluster, pod).stream().filter(reason::equals))
          .as("two replicas write one event")
          .hasSize(1);
    }
  }

  @Test
  void kubectlWarnsOfARequiredDataSetThatIsNowhere(Cluster cluster) throws Exception {
    String namespace = cluster.namespace();
    try (Replicas replicas = Replicas.start(cluster, 1)) {
      replicas.requireAnswers();
      assertThat(
              cluster.kubectl(
                  "run",
                  "trainer",
                  "-n",
                  namespace,
                  "--image=none",
                  "--dry-run=server",
                  "--annotations=fluid.io/dataset.images.sched=required"))
          .contains(
              "Warning: the pod waits for a node with its required data set: "
                  + namespace
                  + "/images is on no node");
      assertThat(
              cluster.kubectl(
                  "run",
                  "trainer",
                  "-n",
                  namespace,
                  "--image=none",
                  "--dry-run=server",
                  "--annotations=fluid.io/dataset.images.sched=requird"))
          .contains(
              "Warning: no affinity to data sets: fluid.io/dataset.images.sched is 'requird'");
    }
  }

  @Test
  void podsThatCannotReadADataSetAreNotSentAndNoPodNeedsTheWebhook(Cluster cluster)
      throws Exception {
    String namespace = cluster.namespace();
    try (SimulatedNodes nodes = new SimulatedNodes(cluster, "alone");
        Replicas replicas = Replicas.start(cluster, 1)) {
      replicas.stop();
      replicas.requireAnswers();
      Pod plain = nodes.pod("plain").build();
      Pod reading = nodes.podWithClaim("reading", "images").build();
      await().atMost(1, MINUTES).until(() -> refuses(cluster, namespace, reading));
      assertThat(create(cluster, namespace, plain).getSpec().getAffinity()).isNull();
      Pod disabled =
          new PodBuilder(reading)
              .editMetadata()
              .withName("disabled")
              .addToLabels("forebay.io/affinity", "disabled")
              .endMetadata()
              .build();
      assertThat(create(cluster, namespace, disabled).getSpec().getAffinity()).isNull();

      replicas.edit("Ignore", 2);
      await().atMost(1, MINUTES).until(() -> !refuses(cluster, namespace, reading));
    }
  }

  @Test
  void certificatesAreExchangedWithoutAFailedRequest(Cluster cluster) throws Exception {
    String namespace = cluster.namespace();
    KubernetesClient client = cluster.client();
    try (SimulatedNodes nodes = new SimulatedNodes(cluster, "rotation");
        Replicas replicas =
            Replicas.start(cluster, 2, Duration.ofSeconds(45), Duration.ofSeconds(2))) {
      replicas.requireAnswers();
      Pod reading =
          nodes
              .pod("reading")
              .editMetadata()
              .addToAnnotations("forebay.io/datasets", "images")
              .endMetadata()
              .build();
      Set<String> shown = new HashSet<>();
      await()
          .atMost(4, MINUTES)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                Pod admitted =
                    client.pods().inNamespace(namespace).resource(reading).dryRun().create();
                assertThat(admitted.getSpec().getAffinity()).isNotNull();
                shown.add(
                    client
                        .secrets()
                        .inNamespace("forebay")
                        .withName(Replicas.NAMES.secret())
                        .get()
                        .getData()
                        .get("tls.crt"));
                return shown.size() == 3;
              });
    }
  }

  @Test
  void theWebhookMayDoNothingElse(Cluster cluster) throws Exception {
    try (Replicas replicas = Replicas.start(cluster, 1)) {
      KubernetesClient rights = replicas.rights();
      assertThatThrownBy(() -> rights.secrets().inNamespace("forebay").withName("another").get())
          .hasMessageContaining("forbidden");
      assertThatThrownBy(() -> rights.secrets().inAnyNamespace().list())
          .hasMessageContaining("forbidden");
      assertThatThrownBy(() -> rights.nodes().withName("any").delete())
          .hasMessageContaining("forbidden");
      assertThatThrownBy(
              () ->
                  rights
                      .admissionRegistration()
                      .v1()
                      .mutatingWebhookConfigurations()
                      .withName("another")
                      .get())
          .hasMessageContaining("forbidden");
    }
  }

  private static boolean refuses(Cluster cluster, String namespace, Pod pod) {
    try {
      cluster.client().pods().inNamespace(namespace).resource(pod).dryRun().create();
      return false;
    } catch (KubernetesClientException e) {
      assertThat(e).hasMessageContaining("failed calling webhook");
      return true;
    }
  }

  private static Pod create(Cluster cluster, String namespace, Pod pod) {
    return cluster.client().pods().inNamespace(namespace).resource(pod).create();
  }

  private static Pod pod(Cluster cluster, String namespace, String name) {
    return cluster.client().pods().inNamespace(namespace).withName(name).get();
  }

  private static List<String> messages(Cluster cluster, Pod pod) {
    return cluster
        .client()
        .v1()
        .events()
        .inNamespace(pod.getMetadata().getNamespace())
        .withField("involvedObject.uid", pod.getMetadata().getUid())
        .list()
        .getItems()
        .stream()
        .map(Event::getMessage)
        .toList();
  }
}
