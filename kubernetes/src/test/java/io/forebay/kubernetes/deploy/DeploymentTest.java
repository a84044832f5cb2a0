package io.forebay.kubernetes.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import io.forebay.kubernetes.cluster.Images;
import io.forebay.kubernetes.cluster.Worker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The chart on a real node: servers, mounts, and a pod that trains. */
@ExtendWith(ClusterExtension.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DeploymentTest {

  private Cluster cluster;
  private String namespace;
  private Path root;
  private Path source;

  @BeforeEach
  void prepare(Cluster given) throws Exception {
    cluster = given;
    cluster.worker().importForebay();
    namespace = cluster.namespace();
    root = Files.createDirectories(cluster.directory().resolve(namespace));
    source = Files.createDirectories(cluster.directory().resolve(namespace + "-source"));
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      byte[] content = new byte[100_000];
      random.nextBytes(content);
      Files.write(source.resolve("file-" + i), content);
    }
  }

  private String values() {
    return """
    image: {repository: forebay.test/forebay, tag: "1", pullPolicy: Never}
    root: %1$s
    servers:
      tiers: [{mediumtype: SSD, path: %1$s/cache, quota: 1GiB}]
      dataSets: {demo: {root: "file:/source"}}
      volumes: [{name: source, hostPath: {path: %2$s}}]
      volumeMounts: [{name: source, mountPath: /source, readOnly: true}]
      resources: {requests: {cpu: 10m, memory: 100Mi}, limits: {memory: 1Gi}}
    mounts: [{dataSet: demo}]
    mount: {resources: {requests: {cpu: 10m, memory: 100Mi}}}
    """
        .formatted(root, source);
  }

  /** A pod of a user without rights; it waits for commands. */
  private void startTrainer() throws Exception {
    Path pod =
        Files.writeString(
            root.resolve("trainer.yaml"),
            """
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
                  volumeMounts: [{name: data, mountPath: /data, mountPropagation: HostToContainer}]
              volumes: [{name: data, hostPath: {path: %s/mounts}}]
            """
                .formatted(Images.BUSYBOX, root));
    cluster.kubectl("apply", "-n", namespace, "--validate=strict", "-f", pod.toString());
    cluster.kubectl(
        "wait", "-n", namespace, "pod/trainer", "--for=condition=Ready", "--timeout=1m");
  }

  private String inTrainer(String script) throws Exception {
    return cluster.kubectl("exec", "-n", namespace, "trainer", "--", "sh", "-c", script);
  }

  @Test
  void aPodReadsThroughAMountAndNothingIsLeftWhenAllIsDeleted() throws Exception {
    Helm.install(cluster, namespace, "forebay", values());
    for (String name : List.of("forebay", "forebay-mount-demo")) {
      cluster.kubectl("rollout", "status", "-n", namespace, "ds/" + name, "--timeout=2m");
    }
    startTrainer();
    String expected = cluster.run("sh", "-c", "cd " + source + " && sha256sum *");
    assertThat(inTrainer("cd /data/demo && sha256sum *")).isEqualTo(expected);
    assertThat(
            cluster.kubectl(
                "exec",
                "-n",
                namespace,
                "ds/forebay",
                "-c",
                "server",
                "--",
                "forebay",
                "status",
                "--node",
                root + "/node"))
        .contains("demo");

    String placed = "fluid.io/s-" + namespace + "-demo";
    await()
        .atMost(30, TimeUnit.SECONDS)
        .untilAsserted(() -> assertThat(nodeLabels()).containsKey(placed));

    cluster.kubectl("rollout", "restart", "-n", namespace, "ds/forebay");
    cluster.kubectl("rollout", "status", "-n", namespace, "ds/forebay", "--timeout=2m");
    assertThat(inTrainer("cd /data/demo && sha256sum *")).isEqualTo(expected);

    Helm.run(cluster, "uninstall", "forebay", "--namespace", namespace, "--wait");
    cluster.kubectl("delete", "pod", "-n", namespace, "trainer", "--wait");
    await().atMost(1, TimeUnit.MINUTES).untilAsserted(() -> assertThat(left()).isEmpty());
    assertThat(nodeLabels()).doesNotContainKey(placed);
    assertThat(cluster.run("cat", "/proc/mounts")).doesNotContain(root.toString());
  }

  private Map<String, String> nodeLabels() {
    return cluster.client().nodes().withName(Worker.NAME).get().getMetadata().getLabels();
  }

  /** What Kubernetes itself puts into each namespace is not ours. */
  private List<HasMetadata> left() throws Exception {
    List<HasMetadata> left = new ArrayList<>();
    var client = cluster.client();
    left.addAll(client.pods().inNamespace(namespace).list().getItems());
    left.addAll(client.services().inNamespace(namespace).list().getItems());
    left.addAll(client.apps().daemonSets().inNamespace(namespace).list().getItems());
    left.addAll(client.rbac().roles().inNamespace(namespace).list().getItems());
    left.addAll(client.rbac().roleBindings().inNamespace(namespace).list().getItems());
    client.configMaps().inNamespace(namespace).list().getItems().stream()
        .filter(map -> !map.getMetadata().getName().equals("kube-root-ca.crt"))
        .forEach(left::add);
    client.serviceAccounts().inNamespace(namespace).list().getItems().stream()
        .filter(account -> !account.getMetadata().getName().equals("default"))
        .forEach(left::add);
    return left;
  }
}
