package io.forebay.kubernetes.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of a data set and its runtime. */
class DataSetObjectsTest {

  private static final String DATA_SET =
      """
      apiVersion: data.fluid.io/v1alpha1
      kind: Dataset
      metadata:
        name: demo
        namespace: team
        uid: u-1
        annotations: {forebay.io/cache.retain: keep}
      spec:
        sharedOptions: {metaPolicy: ALWAYS}
        sharedEncryptOptions:
          - {name: fs.oss.accessKeyId, valueFrom: {secretKeyRef: {name: keys, key: id}}}
        mounts:
          - {mountPoint: "oss://bucket/data", name: data, options: {fs.oss.endpoint: e}}
      """;

  private static final String RUNTIME =
      """
      apiVersion: data.fluid.io/v1alpha1
      kind: %s
      metadata: {name: demo, namespace: team}
      spec:
        replicas: 3
        tieredstore:
          levels:
            - {mediumtype: MEM, path: /dev/shm, quota: 1Gi}
            - {mediumtype: SSD, path: "/disk1,/disk2", quotaList: "2Gi,3Gi", high: "0.9", low: "0.8"}
      """;

  private static GenericKubernetesResource object(String yaml) {
    return Serialization.unmarshal(yaml, GenericKubernetesResource.class);
  }

  private static Served served(String dataSet, String kind) {
    return Served.of(object(dataSet), object(RUNTIME.formatted(kind)));
  }

  private static List<HasMetadata> objects(Served served) throws Exception {
    return new DataSetObjects(
            served, new OperatorSettings("image:1", "Always", "/mnt", OperatorSettings.ownClass()))
        .all();
  }

  private static <T> T only(List<HasMetadata> objects, Class<T> type) {
    return objects.stream().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
  }

  @Test
  void podsAreToldWhatFluidWouldTellThem() throws Exception {
    GenericKubernetesResource json =
        Serialization.unmarshal(
            "{\"spec\":" + served(DATA_SET, "JindoRuntime").runtimeJson("/mnt/x") + "}",
            GenericKubernetesResource.class);
    assertThat(json.<String>get("spec", "mounts", 0, "path")).isEqualTo("/data");
    assertThat(json.<String>get("spec", "mounts", 0, "encryptOptions", "fs.oss.accessKeyId"))
        .isEqualTo("/etc/fluid/secrets/keys/id");
    assertThat(json.<String>get("spec", "mounts", 0, "options", "metaPolicy")).isNull();
    assertThat(json.<String>get("spec", "worker", "options", "metadata.policy"))
        .isEqualTo("ALWAYS");
    assertThat(json.<String>get("spec", "worker", "options", "cache.retain")).isEqualTo("keep");
    assertThat(json.<List<String>>get("spec", "worker", "tieredStoreLevels", 1, "quotas"))
        .containsExactly("2147483648", "3221225472");
    assertThat(json.<String>get("spec", "targetPath")).isEqualTo("/mnt/x");
  }

  @Test
  void tiersAreMemoryOrFoldersOfTheHostThatAreTheDataSetsOwn() throws Exception {
    List<HasMetadata> objects = objects(served(DATA_SET, "JindoRuntime"));
    StatefulSet workers = only(objects, StatefulSet.class);
    assertThat(workers.getSpec().getReplicas()).isEqualTo(3);
    PodSpec pod = workers.getSpec().getTemplate().getSpec();
    assertThat(pod.getContainers().get(0).getImage()).isEqualTo("image:1");
    assertThat(volume(pod, "tier-0-0").getEmptyDir().getMedium()).isEqualTo("Memory");
    assertThat(volume(pod, "tier-1-0").getHostPath().getPath()).isEqualTo("/disk1/team/demo");
    assertThat(volume(pod, "tier-1-1").getHostPath().getPath()).isEqualTo("/disk2/team/demo");
    assertThat(pod.getInitContainers().get(0).getCommand())
        .endsWith(Served.tierPath(1, 0), Served.tierPath(1, 1));
  }

  private static Volume volume(PodSpec pod, String name) {
    return pod.getVolumes().stream()
        .filter(v -> v.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void allButTheVolumeGoesWithTheDataSet() throws Exception {
    for (HasMetadata each : objects(served(DATA_SET, "AlluxioRuntime"))) {
      assertThat(each.getMetadata().getOwnerReferences())
          .as("%s", each)
          .hasSize(each instanceof PersistentVolume ? 0 : 1);
    }
  }

  @Test
  void theVolumeIsReadOnlyUnlessTheAccessModesPermitWriting() throws Exception {
    assertThat(accessModes(DATA_SET)).containsExactly("ReadOnlyMany");
    assertThat(accessModes(DATA_SET + "  accessModes: [ReadWriteMany]\n"))
        .containsExactly("ReadWriteMany");
  }

  private static List<String> accessModes(String dataSet) throws Exception {
    return only(objects(served(dataSet, "JindoRuntime")), PersistentVolume.class)
        .getSpec()
        .getAccessModes();
  }

  @Test
  void whatIsWrongIsNamed() {
    assertThatThrownBy(() -> served(DATA_SET.replace("mountPoint", "mountPiont"), "JindoRuntime"))
        .hasMessageContaining("team/demo")
        .hasMessageContaining("mounts[0]");
    assertThatThrownBy(
            () ->
                Served.of(
                    object(DATA_SET),
                    object(RUNTIME.formatted("JindoRuntime").replaceAll("(?s)spec:.*", ""))))
        .hasMessageContaining("has no tier");
  }

  @Test
  void aDurationIsWrittenAsFluidDoes() {
    assertThat(DataLoadReconciler.text(Duration.ofSeconds(7))).isEqualTo("7s");
    assertThat(DataLoadReconciler.text(Duration.ofSeconds(3725))).isEqualTo("1h2m5s");
  }
}
