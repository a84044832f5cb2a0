package io.forebay.kubernetes.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.forebay.dataset.affinity.DataSetName;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import io.forebay.server.admin.StatusReport;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Labels of nodes on a real API server; the nodes are objects only. */
@ExtendWith(ClusterExtension.class)
class NodeLabelKeeperTest {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private Cluster cluster;
  private KubernetesClient client;
  private String namespace;
  private Owner owner;
  private final AtomicReference<StatusReport> report = new AtomicReference<>();

  @BeforeEach
  void makeANode(Cluster given) {
    cluster = given;
    client = cluster.client();
    namespace = cluster.namespace();
    owner = makeNode("node-" + namespace);
    have("images", 30.0);
  }

  private Owner makeNode(String name) {
    client
        .nodes()
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("example.com/rack", "7")
                .endMetadata()
                .build())
        .create();
    return new Owner(name, new DataSetName(namespace, "forebay"), false);
  }

  private void have(String name, Double percent) {
    report.set(Reports.of(false, Reports.dataSet(name, "Bound", percent)));
  }

  private NodeLabelKeeper keeper() {
    return new NodeLabelKeeper(client, owner, report::get);
  }

  private Node node() {
    return client.nodes().withName(owner.node()).get();
  }

  private Map<String, String> labels() {
    return node().getMetadata().getLabels();
  }

  @Test
  void labelsFollowTheDataSetsAndOthersAreLeftAlone() throws IOException {
    NodeLabelKeeper keeper = keeper();
    keeper.look();
    assertThat(labels())
        .containsEntry("fluid.io/s-" + namespace + "-images", "true")
        .containsEntry("forebay.io/cached-" + namespace + "-images", "25")
        .containsEntry("example.com/rack", "7");

    have("speech", 100.0);
    keeper.look();
    assertThat(labels())
        .containsEntry("forebay.io/cached-" + namespace + "-speech", "90")
        .doesNotContainKey("fluid.io/s-" + namespace + "-images");

    keeper.end();
    assertThat(labels()).isEqualTo(Map.of("example.com/rack", "7"));
  }

  @Test
  void withoutAChangeNothingIsWritten() throws IOException {
    NodeLabelKeeper keeper = keeper();
    keeper.look();
    String version = version();
    for (double percent : new double[] {30, 33, 49, 24, 21}) {
      have("images", percent);
      keeper.look();
    }
    assertThat(version()).isEqualTo(version);
  }

  @Test
  void whatAServerBeforeItLeftIsTakenAwayByTheNext() throws IOException {
    keeper().look();
    have("speech", null);
    keeper().look(); // of another process
    assertThat(labels())
        .containsKey("fluid.io/s-" + namespace + "-speech")
        .doesNotContainKey("fluid.io/s-" + namespace + "-images");
  }

  @Test
  void aLabelThatSomebodyElseWroteIsTakenOver() throws IOException {
    client
        .nodes()
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(owner.node())
                .addToLabels("fluid.io/dataset-num", "9")
                .endMetadata()
                .build())
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("another")
                .build());
    keeper().look();
    assertThat(labels()).containsEntry("fluid.io/dataset-num", "1");
  }

  @Test
  void aNodeThatHasLeftIsNotMadeAnew() throws IOException {
    client.nodes().withName(owner.node()).delete();
    keeper().look();
    assertThat(node()).isNull();
  }

  @Test
  void labelsOfAServerThatCrashedAreTakenAwayByAnotherAfterItsTime() throws IOException {
    Owner other = makeNode("other-" + namespace);
    keeper().look();
    new NodeLabelKeeper(client, other, report::get).look();
    serverOn(other.node());

    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    LeftLabels left = new LeftLabels(client, other, PATIENCE, now::get);
    left.look();
    now.set(now.get().plus(PATIENCE).minusSeconds(1));
    left.look();
    assertThat(labels()).containsKey("fluid.io/s-" + namespace + "-images");
    now.set(now.get().plusSeconds(1));
    left.look();
    assertThat(labels()).isEqualTo(Map.of("example.com/rack", "7"));
    assertThat(client.nodes().withName(other.node()).get().getMetadata().getLabels())
        .containsKey("fluid.io/s-" + namespace + "-images");
  }

  @Test
  void aServerThatCameBackInTimeKeepsItsLabels() throws IOException {
    keeper().look();
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    LeftLabels left = new LeftLabels(client, owner, PATIENCE, now::get);
    left.look();
    serverOn(owner.node());
    now.set(now.get().plus(PATIENCE));
    left.look();
    client.discovery().v1().endpointSlices().inNamespace(namespace).delete();
    left.look(); // it is away again, from now on
    now.set(now.get().plus(PATIENCE).minusSeconds(1));
    left.look();
    assertThat(labels()).containsKey("fluid.io/s-" + namespace + "-images");
  }

  private void serverOn(String node) {
    client
        .discovery()
        .v1()
        .endpointSlices()
        .inNamespace(namespace)
        .resource(
            new EndpointSliceBuilder()
                .withNewMetadata()
                .withName("forebay-1")
                .addToLabels("kubernetes.io/service-name", "forebay")
                .endMetadata()
                .withAddressType("IPv4")
                .addNewEndpoint()
                .withAddresses("10.0.0.1")
                .withNodeName(node)
                .endEndpoint()
                .build())
        .create();
  }

  @Test
  void withTheRightsOfTheChartItCanLabelAndNothingElse() throws Exception {
    String user = "labels-" + namespace;
    cluster.kubectl("create", "clusterrole", user, "--verb=get,list,patch", "--resource=nodes");
    cluster.kubectl(
        "create", "clusterrolebinding", user, "--clusterrole=" + user, "--user=" + user);
    String config = Files.readString(cluster.kubeconfig(user));
    try (KubernetesClient limited =
        new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(config)).build()) {
      new NodeLabelKeeper(limited, owner, report::get).look();
      assertThat(labels()).containsKey("fluid.io/s-" + namespace + "-images");
      assertThatThrownBy(() -> limited.nodes().withName(owner.node()).delete())
          .hasMessageContaining("forbidden");
      assertThatThrownBy(() -> limited.secrets().inNamespace(namespace).list())
          .hasMessageContaining("forbidden");
    }
  }

  @Test
  void eachChangeOfManyDataSetsIsOneWrite() throws IOException {
    List<StatusReport.DataSet> dataSets = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      dataSets.add(Reports.dataSet("data-set-" + i, "Bound", 50.0));
    }
    report.set(Reports.of(false, dataSets.toArray(StatusReport.DataSet[]::new)));
    NodeLabelKeeper keeper = keeper();
    List<String> versions = new CopyOnWriteArrayList<>();
    try (Watch watch =
        client.nodes().withName(owner.node()).watch(new VersionsOfChanges(versions))) {
      keeper.look();
      keeper.look();
      dataSets.set(0, Reports.dataSet("data-set-0", "Bound", 100.0));
      dataSets.set(1, Reports.dataSet("data-set-1", "Bound", 1.0));
      report.set(Reports.of(false, dataSets.toArray(StatusReport.DataSet[]::new)));
      keeper.look();
      keeper.look();
      await().atMost(ONE_MINUTE).until(() -> versions.contains(version()));
    }
    assertThat(versions).hasSize(2);
  }

  private String version() {
    return node().getMetadata().getResourceVersion();
  }

  private record VersionsOfChanges(List<String> versions) implements Watcher<Node> {

    @Override
    public void eventReceived(Action action, Node node) {
      if (action == Action.MODIFIED) {
        versions.add(node.getMetadata().getResourceVersion());
      }
    }

    @Override
    public void onClose(WatcherException cause) {}
  }
}
