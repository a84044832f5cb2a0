package io.forebay.kubernetes.webhook;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.forebay.kubernetes.cluster.Cluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Nodes that are objects only, for the scheduler, and claims and pods for them. They have a taint
 * that the pods tolerate, so that pods of other tests go elsewhere.
 */
final class SimulatedNodes implements AutoCloseable {

  private static final String TAINT = "forebay.io/simulated";

  private final KubernetesClient client;
  private final String group;
  private final List<String> names = new ArrayList<>();

  SimulatedNodes(Cluster cluster, String group) {
    this.client = cluster.client();
    this.group = group;
  }

  /** A node that takes 100 pods. */
  String add(Map<String, String> labels) {
    String name = group + "-" + names.size();
    client
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels(labels)
                .addToLabels(TAINT, group)
                .endMetadata()
                .withNewSpec()
                .addNewTaint()
                .withKey(TAINT)
                .withValue(group)
                .withEffect("NoSchedule")
                .endTaint()
                .endSpec()
                .withNewStatus()
                .addToCapacity("pods", new Quantity("100"))
                .addToAllocatable("pods", new Quantity("100"))
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build())
        .create();
    names.add(name);
    return name;
  }

  void label(String node, String key, String value) {
    client
        .nodes()
        .withName(node)
        .edit(n -> new NodeBuilder(n).editMetadata().addToLabels(key, value).endMetadata().build());
  }

  /** A claim that is bound to a volume of our CSI driver. */
  void claim(String namespace, String name, String dataSet) {
    String volume = namespace + "-" + name;
    client
        .resource(
            new PersistentVolumeBuilder()
                .withNewMetadata()
                .withName(volume)
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadOnlyMany")
                .withStorageClassName("")
                .addToCapacity("storage", new Quantity("1Gi"))
                .withNewClaimRef()
                .withNamespace(namespace)
                .withName(name)
                .endClaimRef()
                .withNewCsi()
                .withDriver("csi.forebay.io")
                .withVolumeHandle(volume)
                .addToVolumeAttributes("dataset", dataSet)
                .endCsi()
                .endSpec()
                .build())
        .create();
    client
        .resource(
            new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadOnlyMany")
                .withStorageClassName("")
                .withVolumeName(volume)
                .withNewResources()
                .addToRequests("storage", new Quantity("1Gi"))
                .endResources()
                .endSpec()
                .build())
        .create();
  }

  void awaitBound(String namespace) {
    await()
        .atMost(2, TimeUnit.MINUTES)
        .until(
            () ->
                client.persistentVolumeClaims().inNamespace(namespace).list().getItems().stream()
                    .allMatch(c -> "Bound".equals(c.getStatus().getPhase())));
  }

  /** A pod that only these nodes take. */
  PodBuilder pod(String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .addToNodeSelector(TAINT, group)
        .addNewToleration()
        .withKey(TAINT)
        .withOperator("Exists")
        .endToleration()
        .addNewContainer()
        .withName("main")
        .withImage("none")
        .endContainer()
        .endSpec();
  }

  PodBuilder podWithClaim(String name, String claim) {
    return pod(name)
        .editSpec()
        .addNewVolume()
        .withName("data")
        .withNewPersistentVolumeClaim(claim, true)
        .endVolume()
        .endSpec();
  }

  /** The node that the scheduler chose. */
  String nodeOf(Pod pod) {
    return client
        .pods()
        .resource(pod)
        .waitUntilCondition(
            p -> p != null && p.getSpec().getNodeName() != null, 2, TimeUnit.MINUTES)
        .getSpec()
        .getNodeName();
  }

  @Override
  public void close() {
    names.forEach(name -> client.nodes().withName(name).delete());
  }
}
