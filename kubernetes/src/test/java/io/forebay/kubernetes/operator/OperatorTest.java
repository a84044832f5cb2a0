package io.forebay.kubernetes.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import io.forebay.kubernetes.cluster.Images;
import io.forebay.samples.oss.OssServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Fluid's YAML on a real cluster without Fluid, with the operator's own rights. */
@ExtendWith(ClusterExtension.class)
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class OperatorTest {

  private Cluster cluster;
  private String namespace;
  private Path root;

  private String kubectl(String... arguments) throws Exception {
    String[] all = new String[arguments.length + 2];
    all[0] = "-n";
    all[1] = namespace;
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return cluster.kubectl(all);
  }

  private void apply(String manifest) throws Exception {
    kubectl("apply", "-f", Files.writeString(root.resolve("manifest.yaml"), manifest).toString());
  }

  private void awaitValue(String object, String path, String value) {
    Awaitility.await()
        .atMost(3, TimeUnit.MINUTES)
        .pollInterval(1, TimeUnit.SECONDS)
        .untilAsserted(
            () ->
                assertThat(kubectl("get", object, "-o", "jsonpath={" + path + "}"))
                    .as(kubectl("get", object, "-o", "yaml"))
                    .isEqualTo(value));
  }

  @Test
  void fluidsManifestsAreServedShownAndTakenAwayInOrder(Cluster given) throws Exception {
    cluster = given;
    cluster.worker().importForebay();
    namespace = cluster.namespace();
    root = Files.createDirectories(cluster.directory().resolve(namespace));
    byte[] content = new byte[700_000];
    new Random(1).nextBytes(content);
    try (OssServer oss =
        OssServer.builder().host(cluster.outside()).bucket("bucket").key("id", "secret").start()) {
      oss.put("bucket", "data/file", content);
      apply(
          Files.readString(Path.of("deploy/operator.yaml"))
              .replace("namespace: forebay", "namespace: " + namespace)
              .replace("forebay:0.1.0-SNAPSHOT", Images.FOREBAY)
              .replace("IfNotPresent", "Never")
              .replace("/run/forebay/data", root + "/data"));
      Awaitility.await().atMost(2, TimeUnit.MINUTES).ignoreExceptions().until(this::isServed);
      apply(manifests(oss.endpoint()));
      awaitValue("dataset/demo", ".status.phase", "Bound");
      awaitValue("dataload/warm", ".status.phase", "Complete");
      awaitValue("dataset/demo", ".status.cacheStates.cachedPercentage", "100.0%");
      assertThat(kubectl("get", "dataset", "demo"))
          .contains("683.59KiB")
          .contains("64.00MiB")
          .contains("100.0%")
          .contains("Bound");
      assertThat(kubectl("get", "dataload", "warm")).containsPattern("Complete +[0-9]+s");

      apply(trainer());
      kubectl("wait", "pod/trainer", "--for=condition=Ready", "--timeout=110s");
      assertThat(kubectl("exec", "trainer", "--", "sha256sum", "/data/file"))
          .startsWith(
              HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));

      kubectl("delete", "dataset", "demo", "--wait=false");
      assertThat(kubectl("exec", "trainer", "--", "ls", "/data")).contains("file");
      kubectl("delete", "pod", "trainer");
      kubectl("delete", "dataload", "warm", "--timeout=110s");
      Awaitility.await()
          .atMost(2, TimeUnit.MINUTES)
          .untilAsserted(
              () ->
                  assertThat(
                          kubectl(
                              "get",
                              "datasets,sts,ds,pvc,jobs,svc,role,rolebinding,pods",
                              "-l",
                              "data.fluid.io/dataset=demo",
                              "-o",
                              "name"))
                      .doesNotContain("demo"));
      assertThat(cluster.client().persistentVolumes().withName(namespace + "-demo").get()).isNull();
      assertThat(cluster.run("cat", "/proc/mounts")).doesNotContain(root + "/data");
      kubectl("delete", "jindoruntime", "demo", "--timeout=1m");
      kubectl("delete", "deployment", "forebay-operator", "--timeout=1m");
    }
  }

  private boolean isServed() {
    return List.of(Kinds.DATA_SET, Kinds.DATA_LOAD, "JindoRuntime").stream()
        .allMatch(
            kind ->
                cluster
                        .client()
                        .genericKubernetesResources(Kinds.context(kind))
                        .inNamespace(namespace)
                        .list()
                    != null);
  }

  private String manifests(String endpoint) {
    return """
    apiVersion: v1
    kind: Secret
    metadata: {name: keys}
    stringData: {id: id, secret: secret}
    ---
    apiVersion: data.fluid.io/v1alpha1
    kind: Dataset
    metadata: {name: demo}
    spec:
      mounts:
        - mountPoint: oss://bucket/data
          path: /
          options: {fs.oss.endpoint: "%s"}
          encryptOptions:
            - name: fs.oss.accessKeyId
              valueFrom: {secretKeyRef: {name: keys, key: id}}
            - name: fs.oss.accessKeySecret
              valueFrom: {secretKeyRef: {name: keys, key: secret}}
    ---
    apiVersion: data.fluid.io/v1alpha1
    kind: JindoRuntime
    metadata: {name: demo}
    spec:
      replicas: 1
      tieredstore:
        levels: [{mediumtype: SSD, path: %s/tier, quota: 64Mi, high: "0.99", low: "0.95"}]
    ---
    apiVersion: data.fluid.io/v1alpha1
    kind: DataLoad
    metadata: {name: warm}
    spec:
      dataset: {name: demo, namespace: %s}
      loadMetadata: true
      target: [{path: /, replicas: 1}]
    """
        .formatted(endpoint, root, namespace);
  }

  private String trainer() {
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: trainer}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsUser: 1000, runAsNonRoot: true}
      containers:
        - name: main
          image: %s
          imagePullPolicy: Never
          command: [sleep, infinity]
          volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: demo}}]
    """
        .formatted(Images.BUSYBOX);
  }
}
