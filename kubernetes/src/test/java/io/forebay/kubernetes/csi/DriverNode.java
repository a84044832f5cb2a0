package io.forebay.kubernetes.csi;

import static org.assertj.core.api.Assertions.assertThat;

import csi.v1.Csi.NodePublishVolumeRequest;
import csi.v1.Csi.NodeUnpublishVolumeRequest;
import csi.v1.Csi.VolumeCapability;
import csi.v1.IdentityGrpc;
import csi.v1.NodeGrpc;
import io.forebay.cli.ForebayCommand;
import io.forebay.metadata.SharedMaps;
import io.forebay.server.CacheServer;
import io.forebay.server.ServerConfig;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A node with a cache server and a driver, and nobody but the test in place of a kubelet. */
final class DriverNode implements AutoCloseable {

  static final String DRIVER = "csi.forebay.io";
  static final String FILE = "a/hello.txt";
  static final String CONTENT = "hello from the data set";

  private static final String READY = "serving volumes";
  private static final long CALL_SECONDS = 110;

  private final Path directory;
  private final Path kubelet;
  private final Commands commands;
  private final Namespace namespace;
  private final CacheServer server;
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final List<ManagedChannel> channels = new ArrayList<>();
  private Process driver;

  /** Where its commands run. */
  @FunctionalInterface
  interface Commands {
    ProcessBuilder of(String... command);
  }

  /** With mounts of its own. */
  DriverNode() throws Exception {
    this(Files.createTempDirectory("csi").toRealPath());
  }

  private DriverNode(Path directory) throws Exception {
    this.directory = directory;
    kubelet = directory.resolve("kubelet");
    server = startServer();
    namespace = Namespace.of(directory);
    commands = command -> namespace.command(List.of(command));
    start();
  }

  /** Of a real kubelet. */
  DriverNode(Path kubelet, Commands commands) throws Exception {
    this.directory = Files.createTempDirectory("csi").toRealPath();
    this.kubelet = kubelet;
    this.commands = commands;
    server = startServer();
    namespace = null;
    start();
  }

  private CacheServer startServer() throws IOException {
    Path data = Files.createDirectories(directory.resolve("data/a"));
    Files.writeString(data.resolve("hello.txt"), CONTENT);
    Path settings =
        Files.write(
            directory.resolve("forebay.properties"),
            List.of(
                "directory = " + cache(),
                "quota = 1GiB",
                "listen.tcp = 127.0.0.1:0",
                "listen.admin = 127.0.0.1:0",
                "dataset.images.root = " + data.getParent().toUri()));
    Files.createDirectories(directory.resolve("tmp"));
    return CacheServer.start(ServerConfig.load(settings));
  }

  private Path cache() {
    return directory.resolve("node");
  }

  Path directory() {
    return directory;
  }

  Path kubelet() {
    return kubelet;
  }

  Path socket() {
    return kubelet().resolve("plugins").resolve(DRIVER).resolve("csi.sock");
  }

  Path registrationSocket() {
    return kubelet().resolve("plugins_registry").resolve(DRIVER + "-reg.sock");
  }

  /** Where the kubelet has a volume of a pod. */
  Path target(String pod) {
    return kubelet().resolve("pods/" + pod + "/volumes/kubernetes.io~csi/images/mount");
  }

  Namespace namespace() {
    return namespace;
  }

  void start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xms8m", "-Xmx192m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of(SharedMaps.JVM_FLAGS.split(" ", -1)));
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    command.add("-Djava.io.tmpdir=" + directory.resolve("tmp"));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(ForebayCommand.class.getName());
    command.addAll(List.of("csi", "--node-id", "node-a", "--kubelet", kubelet().toString()));
    command.addAll(List.of("--node", cache().toString()));
    command.addAll(List.of("--secrets", directory.resolve("secrets").toString()));
    driver = commands.of(command.toArray(String[]::new)).redirectErrorStream(true).start();
    BufferedReader said = driver.inputReader();
    List<String> before = new ArrayList<>();
    for (String line = said.readLine(); ; line = said.readLine()) {
      assertThat(line).as("the driver starts: %s", before).isNotNull();
      if (line.startsWith(READY)) {
        break;
      }
      before.add(line);
    }
    Thread.ofPlatform().daemon().start(() -> said.lines().forEach(System.out::println));
  }

  /** Of the driver alone: mounts have processes of their own. */
  void killDriver() throws InterruptedException {
    driver.children().forEach(ProcessHandle::destroyForcibly);
    assertThat(driver.waitFor(1, TimeUnit.MINUTES)).isTrue();
  }

  /** Of all who keep and serve mounts; who watches over them takes the shared mount away. */
  void killMounts() throws IOException, InterruptedException {
    namespace.run("pkill", "-KILL", "-f", "io[.]forebay[.]cli[.]Bridge");
  }

  /** Everything at once, as with a container that is deleted or has no memory left. */
  void killAll() throws Exception {
    namespace.run("sh", "-c", "kill -KILL -1");
    assertThat(driver.waitFor(1, TimeUnit.MINUTES)).isTrue();
  }

  ManagedChannel channel(Path socket) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toString()))
            .eventLoopGroup(loops)
            .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
            .overrideAuthority("localhost")
            .withOption(ChannelOption.SO_KEEPALIVE, null) // of TCP
            .usePlaintext()
            .build();
    channels.add(channel);
    return channel;
  }

  NodeGrpc.NodeBlockingStub calls() {
    return NodeGrpc.newBlockingStub(channel(socket()))
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  IdentityGrpc.IdentityBlockingStub identity() {
    return IdentityGrpc.newBlockingStub(channel(socket()))
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  static NodePublishVolumeRequest.Builder volume(Path target) {
    return NodePublishVolumeRequest.newBuilder()
        .setVolumeId("images")
        .setTargetPath(target.toString())
        .setVolumeCapability(
            VolumeCapability.newBuilder()
                .setMount(VolumeCapability.MountVolume.getDefaultInstance())
                .setAccessMode(
                    VolumeCapability.AccessMode.newBuilder()
                        .setMode(VolumeCapability.AccessMode.Mode.MULTI_NODE_MULTI_WRITER)))
        .putAllVolumeContext(Map.of("dataset", "images"));
  }

  /** As the kubelet does for a pod, which has the parent directory by then. */
  void publish(String pod) throws IOException {
    Files.createDirectories(target(pod).getParent());
    calls().nodePublishVolume(volume(target(pod)).build());
  }

  void unpublish(String pod) {
    calls()
        .nodeUnpublishVolume(
            NodeUnpublishVolumeRequest.newBuilder()
                .setVolumeId("images")
                .setTargetPath(target(pod).toString())
                .build());
  }

  String read(String pod) throws IOException, InterruptedException {
    return namespace.run("cat", target(pod).resolve(FILE).toString());
  }

  /** Lines of the mount table that are mounts of Forebay; of processes that learn, none. */
  List<String> mounts() throws IOException, InterruptedException {
    return Arrays.stream(
            new String(
                    commands
                        .of("cat", "/proc/self/mountinfo")
                        .start()
                        .getInputStream()
                        .readAllBytes(),
                    StandardCharsets.UTF_8)
                .split("\n", -1))
        .filter(line -> line.contains(" fuse.forebay") && line.contains("/kubelet/"))
        .toList();
  }

  @Override
  public void close() throws Exception {
    channels.forEach(ManagedChannel::shutdownNow);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
    if (namespace == null) {
      killDriver();
    } else {
      namespace.close();
    }
    server.close();
    try (Stream<Path> left = Files.walk(directory)) {
      for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
