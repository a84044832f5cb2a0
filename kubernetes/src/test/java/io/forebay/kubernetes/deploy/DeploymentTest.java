package io.forebay.kubernetes.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import io.forebay.kubernetes.cluster.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The chart on a real node: servers, mounts, and a pod that trains. */
@ExtendWith(ClusterExtension.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DeploymentTest {

  @Test
  void aPodReadsThroughAMountAndNothingIsLeftWhenAllIsDeleted(Cluster cluster) throws Exception {
    Demo demo = new Demo(cluster);
    demo.install("");
    demo.start("trainer", demo.mounts(), "sleep 3600");
    String read = "cd /data/demo && sha256sum *";
    assertThat(demo.in("trainer", read)).isEqualTo(demo.checksums());
    String status = "forebay status --node " + demo.root() + "/node";
    assertThat(demo.kubectl("exec", "ds/forebay", "-c", "server", "--", "sh", "-c", status))
        .contains("demo");
    String placed = "fluid.io/s-" + demo.namespace() + "-demo";
    await()
        .atMost(1, TimeUnit.MINUTES)
        .untilAsserted(() -> assertThat(nodeLabels(cluster)).containsKey(placed));

    demo.kubectl("rollout", "restart", "ds/forebay");
    demo.kubectl("rollout", "status", "ds/forebay", "--timeout=2m");
    assertThat(demo.in("trainer", read)).isEqualTo(demo.checksums());

    Helm.run(cluster, "uninstall", "forebay", "--namespace", demo.namespace(), "--wait");
    demo.kubectl("delete", "pod", "trainer", "--wait");
    await()
        .atMost(1, TimeUnit.MINUTES)
        .untilAsserted(() -> assertThat(left(cluster, demo.namespace())).isEmpty());
    assertThat(nodeLabels(cluster)).doesNotContainKey(placed);
    assertThat(cluster.run("cat", "/proc/mounts")).doesNotContain(demo.root().toString());
  }

  private static Map<String, String> nodeLabels(Cluster cluster) {
    return cluster.client().nodes().withName(Worker.NAME).get().getMetadata().getLabels();
  }

  /** What Kubernetes itself puts into each namespace is not ours. */
  private static List<HasMetadata> left(Cluster cluster, String namespace) {
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
