package io.forebay.kubernetes.provision;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** On a real API server, whose own controller binds volumes to claims. */
@ExtendWith(ClusterExtension.class)
class ProvisionerTest {

  private static final String DRIVER = "provisioner.test";
  private static final String DATA_SET = "forebay.io/dataset";

  @Test
  void aClaimGetsAVolumeWhichGoesWithIt(Cluster cluster) {
    KubernetesClient client = cluster.client();
    String namespace = cluster.namespace();
    client
        .storage()
        .v1()
        .storageClasses()
        .resource(
            new StorageClassBuilder()
                .withNewMetadata()
                .withName("provisioned")
                .endMetadata()
                .withProvisioner(DRIVER)
                .withReclaimPolicy("Delete")
                .withMountOptions("max_nodes=5000")
                .withParameters(
                    Map.of(
                        "dataset",
                        "${pvc.annotations['" + DATA_SET + "']}",
                        "csi.storage.k8s.io/node-publish-secret-name",
                        "keys-of-${pvc.name}"))
                .build())
        .create();
    try (Provisioner provisioner = Provisioner.start(client, DRIVER)) {
      client.resource(claim(namespace, "wrong", Map.of())).create();
      PersistentVolumeClaim claim =
          client.resource(claim(namespace, "right", Map.of(DATA_SET, "images"))).create();
      await()
          .atMost(1, MINUTES)
          .until(() -> "Bound".equals(client.resource(claim).get().getStatus().getPhase()));
      String name = client.resource(claim).get().getSpec().getVolumeName();
      PersistentVolume volume = client.persistentVolumes().withName(name).get();
      assertThat(volume.getSpec().getCsi().getVolumeAttributes())
          .isEqualTo(Map.of("dataset", "images"));
      assertThat(volume.getSpec().getCsi().getNodePublishSecretRef().getName())
          .isEqualTo("keys-of-right");
      assertThat(volume.getSpec().getCsi().getNodePublishSecretRef().getNamespace())
          .isEqualTo(namespace);
      assertThat(volume.getSpec().getMountOptions()).containsExactly("max_nodes=5000");

      client.resource(claim).delete();
      await()
          .atMost(1, MINUTES)
          .until(() -> client.persistentVolumes().withName(name).get() == null);
      await()
          .atMost(1, MINUTES)
          .until(
              () ->
                  client.v1().events().inNamespace(namespace).list().getItems().stream()
                      .anyMatch(e -> e.getMessage().contains("set the annotation " + DATA_SET)));
    }
  }

  private static PersistentVolumeClaim claim(
      String namespace, String name, Map<String, String> annotations) {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .withAnnotations(annotations)
        .endMetadata()
        .withNewSpec()
        .withStorageClassName("provisioned")
        .withAccessModes("ReadOnlyMany")
        .withNewResources()
        .addToRequests("storage", new Quantity("1Gi"))
        .endResources()
        .endSpec()
        .build();
  }
}
