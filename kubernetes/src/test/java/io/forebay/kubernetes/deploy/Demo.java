package io.forebay.kubernetes.deploy;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A data set of twenty files on the node, served by a release in a namespace of its own. */
final class Demo {

  static final int FILES = 20;

  private final Cluster cluster;
  private final String namespace;
  private final Path root;
  private final Path source;

  Demo(Cluster cluster) throws Exception {
    this.cluster = cluster;
    cluster.worker().importForebay();
    namespace = cluster.namespace();
    root = Files.createDirectories(cluster.directory().resolve(namespace));
    source = Files.createDirectories(cluster.directory().resolve(namespace + "-source"));
    Random random = new Random(1);
    for (int i = 0; i < FILES; i++) {
      byte[] content = new byte[100_000];
      random.nextBytes(content);
      Files.write(source.resolve("file-" + i), content);
    }
  }

  String namespace() {
    return namespace;
  }

  /** Of what servers and mounts have on the node. */
  Path root() {
    return root;
  }

  /** As {@code sha256sum} prints them. */
  String checksums() throws IOException, InterruptedException {
    return cluster.run("sh", "-c", "cd " + source + " && sha256sum *");
  }

  /**
   * Installs the chart, and waits until all of it is ready.
   *
   * @param more values
   */
  void install(String more) throws IOException, InterruptedException {
    Helm.install(
        cluster,
        namespace,
        "forebay",
        """
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
        %3$s
        """
            .formatted(root, source, more));
    rolledOut();
  }

  /** Waits until all pods of DaemonSets are ready, and none is about to end. */
  void rolledOut() {
    await().atMost(3, TimeUnit.MINUTES).until(this::isRolledOut);
  }

  private boolean isRolledOut() {
    List<DaemonSet> sets =
        cluster.client().apps().daemonSets().inNamespace(namespace).list().getItems();
    List<Pod> pods =
        cluster.client().pods().inNamespace(namespace).list().getItems().stream()
            .filter(
                pod ->
                    pod.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> owner.getKind().equals("DaemonSet")))
            .toList();
    return pods.size()
            == sets.stream().mapToInt(set -> set.getStatus().getDesiredNumberScheduled()).sum()
        && pods.stream()
            .allMatch(
                pod ->
                    pod.getMetadata().getDeletionTimestamp() == null && Readiness.isPodReady(pod));
  }

  String kubectl(String... arguments) throws IOException, InterruptedException {
    String[] all = new String[arguments.length + 2];
    all[0] = "-n";
    all[1] = namespace;
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return cluster.kubectl(all);
  }

  /**
   * Starts a pod of a user without rights, which waits for commands.
   *
   * @param volume what it has at /data
   * @param script what it runs
   */
  void start(String pod, String volume, String script) throws IOException, InterruptedException {
    Path manifest =
        Files.writeString(
            root.resolve(pod + ".yaml"),
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s}
            spec:
              terminationGracePeriodSeconds: 1
              securityContext: {runAsUser: 1000, runAsNonRoot: true}
              containers:
                - name: main
                  image: %s
                  imagePullPolicy: Never
                  command: [sh, -c]
                  args:
                    - |
                      %s
                  volumeMounts: [{name: data, mountPath: /data, mountPropagation: HostToContainer}]
              volumes: [{name: data, %s}]
            """
                .formatted(pod, Images.BUSYBOX, script.indent(14).strip(), volume));
    kubectl("apply", "--validate=strict", "-f", manifest.toString());
    kubectl("wait", "pod/" + pod, "--for=condition=Ready", "--timeout=1m");
  }

  /** The directory of the node in which data sets are mounted. */
  String mounts() {
    return "hostPath: {path: " + root + "/mounts}";
  }

  String in(String pod, String script) throws IOException, InterruptedException {
    return kubectl("exec", pod, "--", "sh", "-c", script);
  }
}
