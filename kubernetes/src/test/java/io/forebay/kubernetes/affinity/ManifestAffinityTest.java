package io.forebay.kubernetes.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.dataset.affinity.DataSetName;
import io.forebay.dataset.affinity.LocalityTiers;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ManifestAffinityTest {

  private final ManifestAffinity manifests =
      new ManifestAffinity(
          new PodAffinity(DataSetCatalog.ofClaimNames(), LocalityTiers.of(Map.of("node", 9))),
          "default");

  @Test
  void onlyTheAffinityIsAdded() {
    String pod =
        """
        ---
        # What trains.
        apiVersion: v1
        kind: Pod
        metadata:
          name: trainer
          annotations:
            note: "yes" # kubectl would read a truth value without quotes
        spec:
          containers:
          - name: main
            image: 'trainer:1'
            env:
            - {name: MODE, value: "0777"}
            futureField: 1e3
          volumes:
          - name: images
            persistentVolumeClaim:
              claimName: images
        """;
    String affinity =
        """
          affinity:
            nodeAffinity:
              preferredDuringSchedulingIgnoredDuringExecution:
              - preference:
                  matchExpressions:
                  - key: "fluid.io/s-default-images"
                    operator: "In"
                    values:
                    - "true"
                weight: 9
        """;
    assertThat(manifests.apply("pod.yaml", pod))
        .isEqualTo(pod.replace("spec:\n", "spec:\n" + affinity));
  }

  @Test
  void whatWasAddedIsNotAddedAgain() {
    String once = manifests.apply("pod", pod("a", "images") + "---\n" + pod("b", "labels"));
    assertThat(once).contains("s-default-images", "s-default-labels");
    assertThat(manifests.apply("pod", once)).isEqualTo(once);
  }

  @Test
  void podsAreFoundInListsAndInWorkloadsOfAnyKind() {
    String text =
        """
        apiVersion: v1
        kind: List
        items:
          - apiVersion: kubeflow.org/v1
            kind: PyTorchJob
            metadata: {name: job, namespace: team}
            spec:
              pytorchReplicaSpecs:
                Worker:
                  replicas: 2
                  template:
                    spec:
                      containers: [{name: pytorch}]
                      volumes: [{name: d, persistentVolumeClaim: {claimName: images}}]
          - apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: agents}
            spec:
              template:
                spec:
                  containers: [{name: agent}]
                  volumes: [{name: d, persistentVolumeClaim: {claimName: texts}}]
          - apiVersion: v1
            kind: ConfigMap
            data: {spec: "containers"}
        """;
    assertThat(manifests.apply("list.yaml", text))
        .contains("fluid.io/s-team-images")
        .doesNotContain("s-default-texts");
  }

  @Test
  void jsonIsYamlToo() {
    assertThat(
            manifests.apply(
                "pod.json",
                """
                {"kind": "Pod", "spec": {"containers": [{"name": "c"}], "volumes": [
                  {"name": "d", "persistentVolumeClaim": {"claimName": "images"}}]}}
                """))
        .contains("\"fluid.io/s-default-images\"");
  }

  @Test
  void anErrorNamesTheFileTheDocumentAndTheLine() {
    assertThatThrownBy(() -> manifests.apply("p.yaml", pod("a", "images") + "---\na: [1\nb: }\n"))
        .isInstanceOf(ManifestException.class)
        .hasMessageStartingWith("p.yaml, document 2, line ")
        .hasMessageContaining("is not YAML: ");
    String wrong =
        """
        ---
        kind: Pod
        metadata:
          labels: {fluid.io/dataset.images.sched: always}
        spec: {containers: []}
        """;
    assertThatThrownBy(() -> manifests.apply("p.yaml", pod("a", "images") + wrong))
        .hasMessage(
            "p.yaml, document 2, line 12: fluid.io/dataset.images.sched is 'always'; use 'required'"
                + " or 'preferred'");
    assertThatThrownBy(() -> manifests.apply("p.yaml", "spec: {containers: [], volumes: [x]}"))
        .hasMessageStartingWith("p.yaml, document 1, line 1: ");
  }

  @Test
  void aZoneThatLooksLikeATruthValueStaysText() {
    DataSetCatalog norway =
        new DataSetCatalog() {
          @Override
          public Optional<DataSetName> ofClaim(String namespace, String claim) {
            return Optional.of(new DataSetName(namespace, claim));
          }

          @Override
          public Map<String, Set<String>> places(DataSetName dataSet) {
            return Map.of("topology.kubernetes.io/zone", Set.of("no"));
          }

          @Override
          public Set<String> nodes(DataSetName dataSet) {
            return Set.of();
          }
        };
    assertThat(
            new ManifestAffinity(new PodAffinity(norway, LocalityTiers.DEFAULT), "default")
                .apply("pod", pod("a", "images")))
        .contains("- \"no\"");
  }

  private static String pod(String name, String claim) {
    return """
        apiVersion: v1
        kind: Pod
        metadata:
          name: %s
        spec:
          containers:
            - name: main
          volumes:
            - name: data
              persistentVolumeClaim: {claimName: %s}
        """
        .formatted(name, claim);
  }
}
