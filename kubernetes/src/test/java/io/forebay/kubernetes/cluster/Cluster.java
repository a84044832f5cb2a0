package io.forebay.kubernetes.cluster;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A real cluster: etcd, API server, scheduler and controller manager in namespaces of their own,
 * and, if a test asks for it, one {@link Worker} with kubelet and containerd. There is no DNS. All
 * tests of a JVM share it; each makes namespaces of its own.
 */
public final class Cluster implements AutoCloseable {

  private static final String SERVICES = "10.96.0.0/16";

  /** The first address of {@link #SERVICES}. */
  private static final String API_SERVICE = "10.96.0.1";

  static final String PODS = "10.244.0.0/16";

  /** It would taint nodes that are objects only. The others are of clouds. */
  private static final String CONTROLLERS =
      "*,-node-lifecycle-controller,-nodeipam,-cloud-node-lifecycle,-service-lb-controller"
          + ",-node-route-controller";

  private final Path directory;
  private final Path programs;
  private final Sandbox sandbox;
  private final Credentials credentials;
  private final Path admin;
  private final KubernetesClient client;
  private final AtomicInteger namespaces = new AtomicInteger();
  private final List<Component> components = new ArrayList<>();
  private Worker worker;

  private Cluster(Path directory, Path programs, Sandbox sandbox) throws Exception {
    this.directory = directory;
    this.programs = programs;
    this.sandbox = sandbox;
    String server = "https://" + sandbox.inside() + ":6443";
    credentials = new Credentials(directory.resolve("pki"), server);
    admin = credentials.kubeconfig("admin", "O=system:masters,CN=admin");
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(admin)))
            .build();
  }

  static Cluster start() throws Exception {
    Path programs = Programs.folder();
    Path directory = Files.createTempDirectory("forebay-cluster-").toRealPath();
    Cluster cluster = new Cluster(directory, programs, Sandbox.start(directory));
    try {
      cluster.startControlPlane();
      return cluster;
    } catch (Exception | Error e) {
      cluster.close();
      throw e;
    }
  }

  private void startControlPlane() throws Exception {
    component(
        "etcd",
        List.of(
            "--data-dir=" + directory.resolve("etcd"),
            "--listen-client-urls=http://127.0.0.1:2379",
            "--advertise-client-urls=http://127.0.0.1:2379",
            "--listen-peer-urls=http://127.0.0.1:2380",
            "--unsafe-no-fsync"));
    credentials.issue(
        "server",
        "CN=kube-apiserver",
        names ->
            names
                .addSanIpAddress(sandbox.inside())
                .addSanIpAddress(API_SERVICE)
                .addSanDnsName("kubernetes.default.svc"));
    credentials.issue("tokens", "CN=tokens", names -> names);
    credentials.issue("kubelet-client", "O=system:masters,CN=kubelet-client", names -> names);
    component(
        "kube-apiserver",
        List.of(
            "--etcd-servers=http://127.0.0.1:2379",
            "--bind-address=0.0.0.0",
            "--secure-port=6443",
            "--advertise-address=" + sandbox.inside(),
            "--tls-cert-file=" + credentials.certificate("server"),
            "--tls-private-key-file=" + credentials.key("server"),
            "--client-ca-file=" + credentials.authority(),
            "--kubelet-client-certificate=" + credentials.certificate("kubelet-client"),
            "--kubelet-client-key=" + credentials.key("kubelet-client"),
            "--kubelet-preferred-address-types=InternalIP",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=" + credentials.key("tokens"),
            "--service-account-signing-key-file=" + credentials.key("tokens"),
            "--service-cluster-ip-range=" + SERVICES,
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            // Its taints are taken away by the controller that there is not.
            "--disable-admission-plugins=TaintNodesByCondition",
            // Webhooks are called at their pods, for nobody serves addresses of services here.
            "--enable-aggregator-routing=true",
            "--allow-privileged=true"));
    await().atMost(3, MINUTES).ignoreExceptions().until(() -> "ok".equals(client.raw("/readyz")));
    component(
        "kube-scheduler",
        List.of(
            "--kubeconfig=" + credentials.kubeconfig("scheduler", "CN=system:kube-scheduler"),
            "--bind-address=127.0.0.1",
            "--leader-elect=false"));
    component(
        "kube-controller-manager",
        List.of(
            "--kubeconfig="
                + credentials.kubeconfig("controllers", "CN=system:kube-controller-manager"),
            "--bind-address=127.0.0.1",
            "--leader-elect=false",
            "--service-account-private-key-file=" + credentials.key("tokens"),
            "--root-ca-file=" + credentials.authority(),
            "--use-service-account-credentials=true",
            "--cluster-cidr=" + PODS,
            "--controllers=" + CONTROLLERS));
    await()
        .atMost(2, MINUTES)
        .until(
            () ->
                client.serviceAccounts().inNamespace("default").withName("default").get() != null);
  }

  /** Starts a program inside; it ends with the cluster. */
  Component component(String program, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    Path built = programs.resolve(program);
    command.add(Files.exists(built) ? built.toString() : program);
    command.addAll(arguments);
    Component component = new Component(sandbox, directory.resolve(program + ".log"), command);
    component.start();
    components.add(component);
    return component;
  }

  /** As an administrator. Closed with the cluster. */
  public KubernetesClient client() {
    return client;
  }

  /** An administrator's. */
  public Path kubeconfig() {
    return admin;
  }

  /** A file with which a client is a user without rights, until they are given to it. */
  public Path kubeconfig(String user) throws Exception {
    return credentials.kubeconfig(user, "CN=" + user);
  }

  /** One that was built, such as kubectl, helm or csi-sanity. */
  public Path program(String name) {
    return programs.resolve(name);
  }

  /** A folder that is a shared mount for all that runs inside; deleted with the cluster. */
  public Path directory() {
    return directory;
  }

  /** The address at which programs inside reach what listens in this JVM on all addresses. */
  public String outside() {
    return sandbox.outside();
  }

  /** The address at which this JVM reaches what listens inside: host ports, node ports. */
  public String inside() {
    return sandbox.inside();
  }

  /** A command that runs on the node, with its network, mounts and processes. */
  public ProcessBuilder command(String... command) {
    return sandbox.command(List.of(command));
  }

  /** Runs a short command on the node, and returns what it printed. */
  public String run(String... command) throws IOException, InterruptedException {
    return sandbox.run(command);
  }

  /** kubectl as an administrator: what it printed. */
  public String kubectl(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(program("kubectl").toString(), "--kubeconfig", admin.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(2, MINUTES)).isTrue();
    assertThat(process.exitValue()).as("%s: %s", command, said).isZero();
    return said;
  }

  /** A new namespace. It goes with the cluster. */
  public String namespace() {
    String name = "test-" + namespaces.incrementAndGet();
    client
        .namespaces()
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    await()
        .atMost(1, MINUTES)
        .until(() -> client.serviceAccounts().inNamespace(name).withName("default").get() != null);
    return name;
  }

  /** The node on which pods really run. The first call starts it. */
  public synchronized Worker worker() throws Exception {
    if (worker == null) {
      worker = Worker.start(this, sandbox, credentials);
    }
    return worker;
  }

  @Override
  public void close() throws IOException {
    try {
      client.close();
    } catch (KubernetesClientException e) {
      // It is about to end anyway.
    }
    sandbox.close();
    if (worker != null) {
      worker.removeGroups();
    }
    try (Stream<Path> left = Files.walk(directory)) {
      for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
