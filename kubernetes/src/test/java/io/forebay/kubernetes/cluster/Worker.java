package io.forebay.kubernetes.cluster;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A real node: kubelet, containerd, runc, a bridge for pods. */
public final class Worker {

  public static final String NAME = "node-a";

  private static final Path GROUPS = Path.of("/sys/fs/cgroup");
  private static final String PAUSE = "forebay.test/pause:1";

  private final Path directory;
  private final Sandbox sandbox;
  private final Component kubelet;
  private boolean hasForebay;

  private Worker(Path directory, Sandbox sandbox, Component kubelet) {
    this.directory = directory;
    this.sandbox = sandbox;
    this.kubelet = kubelet;
  }

  static Worker start(Cluster cluster, Sandbox sandbox, Credentials credentials) throws Exception {
    Path directory = cluster.directory();
    Files.createDirectories(directory.resolve("cni"));
    Files.writeString(directory.resolve("cni/10-bridge.conflist"), network(directory));
    Path containerd =
        Files.writeString(directory.resolve("containerd.toml"), containerd(directory));
    Path kubelet =
        Files.writeString(
            directory.resolve("kubelet.yaml"), kubelet(directory, credentials, sandbox));
    for (Path controller : controllers()) {
      Files.createDirectories(controller.resolve(sandbox.name()));
    }
    cluster.component("containerd", List.of("--config", containerd.toString()));
    await()
        .atMost(1, MINUTES)
        .ignoreExceptions()
        .until(() -> sandbox.run("ctr", "-a", socket(directory), "version") != null);
    cluster.component(
        "kube-proxy",
        List.of(
            "--kubeconfig=" + credentials.kubeconfig("proxy", "CN=system:kube-proxy"),
            "--hostname-override=" + NAME,
            "--proxy-mode=iptables",
            "--cluster-cidr=" + Cluster.PODS,
            "--conntrack-max-per-core=0",
            "--conntrack-tcp-timeout-established=0",
            "--conntrack-tcp-timeout-close-wait=0"));
    Component running =
        cluster.component(
            "kubelet",
            List.of(
                "--config=" + kubelet,
                "--kubeconfig="
                    + credentials.kubeconfig("kubelet", "O=system:nodes,CN=system:node:" + NAME),
                "--root-dir=" + directory.resolve("kubelet"),
                "--cert-dir=" + directory.resolve("kubelet-pki"),
                "--hostname-override=" + NAME,
                "--node-ip=" + sandbox.inside()));
    Worker worker = new Worker(directory, sandbox, running);
    worker.importImage(Images.pause(directory, cluster.program("pause"), PAUSE));
    worker.importImage(Images.busybox(directory));
    await()
        .atMost(3, MINUTES)
        .until(
            () -> {
              var node = cluster.client().nodes().withName(NAME).get();
              return node != null && Readiness.isNodeReady(node);
            });
    return worker;
  }

  private static String socket(Path directory) {
    return directory.resolve("containerd.sock").toString();
  }

  /** Root may lack the right to change the score of the kernel's memory killer. */
  private static String containerd(Path directory) {
    return """
    version = 2
    root = "%1$s/containerd/root"
    state = "%1$s/containerd/state"
    [grpc]
      address = "%2$s"
    [plugins."io.containerd.internal.v1.opt"]
      path = "%1$s/containerd/opt"
    [plugins."io.containerd.grpc.v1.cri"]
      sandbox_image = "%3$s"
      restrict_oom_score_adj = true
      [plugins."io.containerd.grpc.v1.cri".containerd]
        snapshotter = "overlayfs"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
        runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".cni]
        bin_dir = "/usr/lib/cni"
        conf_dir = "%1$s/cni"
    """
        .formatted(directory, socket(directory), PAUSE);
  }

  private static String network(Path directory) {
    return """
    {"cniVersion": "1.0.0", "name": "pods", "plugins": [
      {"type": "bridge", "bridge": "pods0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
       "ipam": {"type": "host-local", "dataDir": "%s/cni/addresses",
                "ranges": [[{"subnet": "10.244.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
      {"type": "portmap", "capabilities": {"portMappings": true}}]}
    """
        .formatted(directory);
  }

  private static String kubelet(Path directory, Credentials credentials, Sandbox sandbox) {
    return """
    apiVersion: kubelet.config.k8s.io/v1beta1
    kind: KubeletConfiguration
    authentication: {anonymous: {enabled: false}, x509: {clientCAFile: "%s"}}
    authorization: {mode: Webhook}
    cgroupDriver: cgroupfs
    cgroupRoot: /%s
    containerRuntimeEndpoint: "unix://%s"
    failSwapOn: false
    imageGCHighThresholdPercent: 100
    evictionHard: {memory.available: 50Mi, nodefs.available: 1%%, imagefs.available: 1%%}
    enforceNodeAllocatable: []
    podLogsDir: "%s"
    syncFrequency: 5s
    """
        .formatted(
            credentials.authority(), sandbox.name(), socket(directory), directory.resolve("logs"));
  }

  /** The hierarchies of control groups; one, if they are unified. */
  private static List<Path> controllers() throws IOException {
    if (Files.exists(GROUPS.resolve("cgroup.controllers"))) {
      return List.of(GROUPS);
    }
    try (Stream<Path> all = Files.list(GROUPS)) {
      return all.filter(path -> Files.isDirectory(path) && !Files.isSymbolicLink(path)).toList();
    }
  }

  /** What no longer has processes. */
  void removeGroups() throws IOException {
    for (Path controller : controllers()) {
      Path own = controller.resolve(sandbox.name());
      if (Files.exists(own)) {
        List<Path> groups;
        try (Stream<Path> tree = Files.walk(own)) {
          groups = new ArrayList<>(tree.filter(Files::isDirectory).toList());
        }
        groups.sort(Comparator.reverseOrder());
        for (Path group : groups) {
          await().atMost(1, MINUTES).until(() -> isRemoved(group));
        }
      }
    }
  }

  private static boolean isRemoved(Path group) {
    return group.toFile().delete() || Files.notExists(group);
  }

  /** Makes {@link Images#FOREBAY} known to the node, once. */
  public synchronized void importForebay() throws IOException, InterruptedException {
    if (!hasForebay) {
      importImage(Images.forebay(directory));
      hasForebay = true;
    }
  }

  /** Makes an image known to the node. */
  public void importImage(Path archive) throws IOException, InterruptedException {
    sandbox.run(
        "ctr", "-a", socket(directory), "-n", "k8s.io", "images", "import", archive.toString());
  }

  /** With its root directory in {@code kubelet} of the cluster's directory. */
  public Component kubelet() {
    return kubelet;
  }
}
