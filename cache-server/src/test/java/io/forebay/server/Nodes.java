package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.control.CacheControl;
import io.forebay.file.FileVersion;
import io.forebay.node.NodeDataSet;
import io.forebay.node.NodeOptions;
import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.OwnAddresses;
import io.forebay.samples.oss.Shape;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.DataSetSpec;
import io.forebay.store.ResidentFile;
import io.forebay.wire.Address;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A bucket and cache servers over it, for tests. The data set is called {@code images}. */
final class Nodes implements AutoCloseable {

  static final String DATA_SET = "images";
  private static final URI ROOT = URI.create("oss://bucket/root");

  private final Path directory;
  private final CachePolicy policy;
  private final Optional<IntFunction<String>> membership;
  private final OssServer oss;
  private final Map<String, byte[]> files = new TreeMap<>();
  private final List<Address.Tcp> addresses = new ArrayList<>();
  private final CacheServer[] servers;
  private final List<Forebay> clients = new ArrayList<>();

  Nodes(Path directory, int count) throws IOException {
    this(directory, count, Shape.UNSHAPED);
  }

  Nodes(Path directory, int count, Shape shape) throws IOException {
    // Exact counts of requests are what many tests look at.
    this(directory, count, shape, CachePolicy.DEFAULT.withoutHedging());
  }

  Nodes(Path directory, int count, CachePolicy policy) throws IOException {
    this(directory, count, Shape.UNSHAPED, policy);
  }

  private Nodes(Path directory, int count, Shape shape, CachePolicy policy) throws IOException {
    this(directory, count, shape, policy, Optional.empty());
    startAll();
  }

  /**
   * @param members a file in which servers find them; there are the first two
   */
  Nodes(Path directory, int count, URI members) throws IOException {
    this(directory, count, members, CachePolicy.DEFAULT.withoutHedging());
  }

  Nodes(Path directory, int count, URI members, CachePolicy policy) throws IOException {
    this(directory, count, Shape.UNSHAPED, policy, Optional.of(index -> members.toString()));
    Files.writeString(Path.of(members), member(0) + "\n" + member(1) + "\n");
    startAll();
  }

  /** Each server finds the members where {@link ToldMembershipProvider} has those of its name. */
  static Nodes told(Path directory, int count) throws IOException {
    Nodes nodes =
        new Nodes(directory, count, index -> ToldMembershipProvider.source("server-" + index));
    nodes.startAll();
    return nodes;
  }

  /**
   * Starts nothing.
   *
   * @param membership where each server finds the members
   */
  private Nodes(Path directory, int count, IntFunction<String> membership) throws IOException {
    this(
        directory,
        count,
        Shape.UNSHAPED,
        CachePolicy.DEFAULT.withoutHedging(),
        Optional.of(membership));
  }

  private Nodes(
      Path directory,
      int count,
      Shape shape,
      CachePolicy policy,
      Optional<IntFunction<String>> membership)
      throws IOException {
    this.directory = directory;
    this.policy = policy;
    this.membership = membership;
    oss = OssServer.builder().bucket("bucket").key("id", "secret").shape(shape).start();
    servers = new CacheServer[count];
    for (int i = 0; i < count; i++) {
      addresses.add(new Address.Tcp(OwnAddresses.host(), OwnAddresses.nextPort()));
    }
  }

  private void startAll() throws IOException {
    for (int i = 0; i < servers.length; i++) {
      start(i);
    }
  }

  void start(int index) throws IOException {
    servers[index] = CacheServer.start(config(index));
    try {
      if (!servers[index].node().awaitMaps(Duration.ofSeconds(60))) {
        throw new IOException("the shared maps did not open");
      }
      await() // what tests count begins with theirs
          .atMost(ONE_MINUTE)
          .until(
              () -> servers[index].node().dataSets().stream().noneMatch(NodeDataSet::isCheckDue));
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  void stop(int index) throws IOException {
    servers[index].close();
    servers[index] = null;
  }

  private ServerConfig config(int index) {
    String members =
        membership
            .map(source -> source.apply(index))
            .orElseGet(
                () ->
                    IntStream.range(0, addresses.size())
                        .mapToObj(this::member)
                        .collect(Collectors.joining(", ")));
    return new ServerConfig(
        "server-" + index,
        NodeOptions.of(nodeDirectory(index), 1L << 30),
        addresses.get(index),
        nodeDirectory(index).resolve("s"),
        new Address.Tcp("127.0.0.1", 0),
        members,
        Announcement.DEFAULT,
        List.of(new DataSetSpec(DATA_SET, ROOT, ossOptions(), policy)),
        Optional.empty(),
        AllowedReaders.EVERYONE,
        WireSecurity.NONE);
  }

  String root() {
    return ROOT.toString();
  }

  Map<String, String> ossOptions() {
    return Map.of(
        "fs.oss.endpoint", oss.endpoint(),
        "fs.oss.accessKeyId", "id",
        "fs.oss.accessKeySecret", "secret",
        "fs.oss.timeout.millisecond", "60000");
  }

  Path nodeDirectory(int index) {
    return directory.resolve("node-" + index);
  }

  CacheServer server(int index) {
    return servers[index];
  }

  /** {@code host:port} of a server. */
  String address(int index) {
    return addresses.get(index).toString();
  }

  /** {@code name=host:port} of a server. */
  String member(int index) {
    return "server-" + index + "=" + address(index);
  }

  /** A bare connection to a server. */
  Socket connect(int index) throws IOException {
    return new Socket(addresses.get(index).host(), addresses.get(index).port());
  }

  OssServer oss() {
    return oss;
  }

  byte[] add(String path, int size) throws IOException {
    byte[] content = new byte[size];
    new Random(path.hashCode() * 31L + size).nextBytes(content);
    oss.put("bucket", "root/" + path, content);
    files.put(path, content);
    return content;
  }

  void remove(String path) throws IOException {
    oss.delete("bucket", "root/" + path);
    files.remove(path);
  }

  void addMany(int count, int size) throws IOException {
    for (int i = 0; i < count; i++) {
      add("dir" + i % 7 + "/file-" + i, size + i);
    }
  }

  Map<String, byte[]> files() {
    return files;
  }

  List<String> paths() {
    return List.copyOf(files.keySet());
  }

  /** A client on the node of a server. */
  Forebay onNode(int index) throws IOException {
    return remember(patient().node(nodeDirectory(index)).open());
  }

  /** A client on a node without a server. */
  Forebay elsewhere() throws IOException {
    Forebay.Builder builder = patient();
    for (int i = 0; i < addresses.size(); i++) {
      builder.servers(member(i));
    }
    return remember(builder.open());
  }

  /** No server of these tests is silent, however busy the machine is. */
  static Forebay.Builder patient() {
    return Forebay.builder().patience(Duration.ofMinutes(1));
  }

  /** Reads all files, and compares each byte. */
  void readAll(DataSet data) throws IOException {
    for (String path : paths()) {
      assertThat(bytes(data.read(path))).as(path).isEqualTo(files.get(path));
    }
  }

  /** Waits until a client can read all files on its node without the server. */
  void awaitResident(DataSet data) {
    await()
        .atMost(ONE_MINUTE)
        .untilAsserted(
            () -> {
              for (String path : paths()) {
                assertThat(CacheControl.of(data).resident(data.stat(path))).as(path).isPresent();
              }
            });
  }

  /** Waits until a file is complete in the first server's cache. */
  void awaitResident(String path) {
    await()
        .atMost(ONE_MINUTE)
        .until(
            () -> {
              FileStatus file = servers[0].node().dataSet(DATA_SET).catalog().stat(path);
              return servers[0]
                  .node()
                  .store()
                  .find(FileVersion.of(DATA_SET, file).id())
                  .filter(ResidentFile::isVerified)
                  .isPresent();
            });
  }

  /** A data set of a directory of this machine. */
  static DataSetSpec local(String name, Path directory) {
    return new DataSetSpec(name, directory.toUri(), Map.of(), CachePolicy.DEFAULT);
  }

  Forebay remember(Forebay client) {
    clients.add(client);
    return client;
  }

  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  long requests() {
    return Arrays.stream(servers).filter(s -> s != null).mapToLong(s -> s.stats().requests()).sum();
  }

  long totalGets() {
    return oss.traffic().counts().of("GET");
  }

  @Override
  public void close() throws IOException {
    for (Forebay client : clients) {
      client.close();
    }
    for (CacheServer server : servers) {
      if (server != null) {
        server.close();
      }
    }
    oss.close();
  }
}
