package io.forebay.kubernetes.csi;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.CSIDriverBuilder;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import io.forebay.kubernetes.cluster.Images;
import io.forebay.kubernetes.cluster.Worker;
import io.forebay.kubernetes.provision.Provisioner;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Real pods on a real kubelet, whose root is not /var/lib/kubelet. */
@ExtendWith(ClusterExtension.class)
class PodVolumesTest {

  @Test
  @Timeout(value = 8, unit = MINUTES)
  void podsReadClaimsSubPathsAndInlineVolumesWhileTheDriverIsRestarted(Cluster cluster)
      throws Exception {
    cluster.worker();
    KubernetesClient client = cluster.client();
    String namespace = cluster.namespace();
    installDriver(client);
    Path kubelet = cluster.directory().resolve("kubelet");
    try (DriverNode node = new DriverNode(kubelet, cluster::command);
        Provisioner provisioner = Provisioner.start(client, DriverNode.DRIVER)) {
      for (String claim : new String[] {"first", "second"}) {
        claim(client, namespace, claim);
      }
      Pod pod = pod(namespace);
      client.resource(pod).create();
      await().atMost(3, MINUTES).until(() -> "Running".equals(phase(client, pod)));
      assertThat(read(cluster, namespace, "/first/" + DriverNode.FILE))
          .isEqualTo(DriverNode.CONTENT);
      assertThat(read(cluster, namespace, "/second/hello.txt")).isEqualTo(DriverNode.CONTENT);
      assertThat(read(cluster, namespace, "/inline/" + DriverNode.FILE))
          .isEqualTo(DriverNode.CONTENT);

      node.killDriver();
      assertThat(read(cluster, namespace, "/first/" + DriverNode.FILE))
          .isEqualTo(DriverNode.CONTENT);
      node.start();
      client.resource(pod).withGracePeriod(0).delete();
      await().atMost(3, MINUTES).until(() -> client.resource(pod).get() == null);
      await().atMost(3, MINUTES).until(() -> node.mounts().isEmpty());
      client.persistentVolumeClaims().inNamespace(namespace).delete();
      await()
          .atMost(1, MINUTES)
          .until(
              () ->
                  client.persistentVolumes().list().getItems().stream()
                      .noneMatch(v -> namespace.equals(v.getSpec().getClaimRef().getNamespace())));
    } finally {
      client.storage().v1().csiDrivers().withName(DriverNode.DRIVER).delete();
    }
  }

  private static void installDriver(KubernetesClient client) {
    client
        .resource(
            new CSIDriverBuilder()
                .withNewMetadata()
                .withName(DriverNode.DRIVER)
                .endMetadata()
                .withNewSpec()
                .withAttachRequired(false)
                .withRequiresRepublish(true)
                .withFsGroupPolicy("None")
                .withVolumeLifecycleModes("Persistent", "Ephemeral")
                .endSpec()
                .build())
        .create();
    client
        .resource(
            new StorageClassBuilder()
                .withNewMetadata()
                .withName("pod-volumes")
                .endMetadata()
                .withProvisioner(DriverNode.DRIVER)
                .withReclaimPolicy("Delete")
                .withParameters(Map.of("dataset", "images"))
                .build())
        .create();
  }

  private static void claim(KubernetesClient client, String namespace, String name) {
    client
        .resource(
            new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withStorageClassName("pod-volumes")
                .withAccessModes("ReadOnlyMany")
                .withNewResources()
                .addToRequests("storage", new Quantity("1Gi"))
                .endResources()
                .endSpec()
                .build())
        .create();
  }

  private static Pod pod(String namespace) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName("reader")
        .endMetadata()
        .withNewSpec()
        .withNodeName(Worker.NAME)
        .addNewContainer()
        .withName("main")
        .withImage(Images.BUSYBOX)
        .withImagePullPolicy("Never")
        .withCommand("sleep", "100000")
        .addNewVolumeMount()
        .withName("first")
        .withMountPath("/first")
        .endVolumeMount()
        .addNewVolumeMount()
        .withName("second")
        .withMountPath("/second")
        .withSubPath("a")
        .endVolumeMount()
        .addNewVolumeMount()
        .withName("inline")
        .withMountPath("/inline")
        .endVolumeMount()
        .endContainer()
        .addNewVolume()
        .withName("first")
        .withNewPersistentVolumeClaim("first", true)
        .endVolume()
        .addNewVolume()
        .withName("second")
        .withNewPersistentVolumeClaim("second", true)
        .endVolume()
        .addNewVolume()
        .withName("inline")
        .withNewCsi()
        .withDriver(DriverNode.DRIVER)
        .withVolumeAttributes(Map.of("dataset", "images"))
        .endCsi()
        .endVolume()
        .endSpec()
        .build();
  }

  private static String phase(KubernetesClient client, Pod pod) {
    return client.resource(pod).get().getStatus().getPhase();
  }

  private static String read(Cluster cluster, String namespace, String file) throws Exception {
    return cluster.kubectl("exec", "-n", namespace, "reader", "--", "cat", file);
  }
}
