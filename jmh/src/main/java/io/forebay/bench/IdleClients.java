package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.cli.ForebayCommand;
import io.forebay.limit.Descriptors;
import io.forebay.metadata.NodeInfo;
import io.forebay.metadata.SharedMaps;
import io.forebay.placement.Member;
import io.forebay.wire.Address;
import io.forebay.wire.Codec;
import io.forebay.wire.Message;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Readers of one server process, alone and beside many clients that are connected and idle. */
final class IdleClients {

  private static final int CLIENTS = 2_000;
  private static final int READERS = 64;
  private static final int FILES = 2_048;
  private static final int BYTES = 100_000;
  private static final Pattern USED = Pattern.compile("used (\\d+)K");

  private final List<SocketChannel> idle = new ArrayList<>();
  private final List<Double> residentAlone = new ArrayList<>();
  private final List<Double> residentBeside = new ArrayList<>();
  private final List<Double> heapAlone = new ArrayList<>();
  private final List<Double> heapBeside = new ArrayList<>();
  private final Process server;
  private final InetSocketAddress address;

  private IdleClients(Process server, InetSocketAddress address) {
    this.server = server;
    this.address = address;
  }

  static void run(int rounds) throws Exception {
    if (Descriptors.forConnections(Integer.MAX_VALUE) < CLIENTS + READERS) {
      throw new IOException(
          "the limit of open files is too low for "
              + CLIENTS
              + " clients; raise it in this shell: ulimit -n 8192");
    }
    Path directory = Files.createTempDirectory("forebay-bench-");
    Path root = Files.createDirectory(directory.resolve("files"));
    byte[] content = new byte[BYTES];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < FILES; i++) {
      random.nextBytes(content);
      Files.write(root.resolve("f" + i), content);
    }
    Process server = start(directory, root);
    try {
      Member member =
          Member.parse(NodeInfo.read(directory.resolve("node")).orElseThrow().members().get(0));
      Address.Tcp tcp = (Address.Tcp) Address.parse(member.address());
      new IdleClients(server, new InetSocketAddress(tcp.host(), tcp.port())).race(member, rounds);
    } finally {
      server.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
      ConfiguredServer.deleteTree(directory);
    }
  }

  private static Process start(Path directory, Path root) throws IOException {
    Path config =
        ConfiguredServer.write(
            directory, "name = a", "quota = 10GiB", "dataset.d.root = " + root.toUri());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(SharedMaps.JVM_FLAGS.split(" ", -1)));
    command.addAll(List.of("-Xmx2g", "-XX:+UseG1GC", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ForebayCommand.class.getName(), "serve", "--config", config.toString()));
    Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader output = server.inputReader(StandardCharsets.UTF_8);
    for (String line = output.readLine(); line == null || !line.startsWith("serving"); ) {
      if (line == null) {
        throw new IOException("the server ended by itself");
      }
      line = output.readLine();
    }
    Thread.ofVirtual().start(() -> output.lines().forEach(line -> {}));
    return server;
  }

  private void race(Member member, int rounds) throws Exception {
    try (Forebay client = Forebay.builder().servers(member.name() + "=" + member.address()).open();
        Threads threads = new Threads(READERS)) {
      DataSet data = client.dataSet("d");
      List<ByteBuffer> buffers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        buffers.add(ByteBuffer.allocateDirect(BYTES));
      }
      Race.Lap lap =
          () ->
              threads.together(
                  t -> {
                    for (int i = t; i < FILES; i += READERS) {
                      data.read("f" + i, buffers.get(t).clear());
                    }
                  });
      new Race(
              String.format(
                  Locale.ROOT,
                  "%d readers of 100 KB files, alone and beside %,d idle clients",
                  READERS,
                  CLIENTS),
              rounds,
              FILES,
              1.0 * FILES * BYTES)
          .yardstick("alone", new Turn(0, residentAlone, heapAlone, lap))
          .contender(
              String.format(Locale.ROOT, "beside %,d idle clients", CLIENTS),
              "0.9",
              new Turn(CLIENTS, residentBeside, heapBeside, lap))
          .run();
      disconnect(0);
      report();
    }
  }

  private void report() {
    System.out.printf(
        Locale.ROOT,
        "%nThe server after a collection, medians: %,.1f MB resident and %,.1f MB of live heap alone,"
            + " %,.1f MB and %,.1f MB beside the idle clients; %,.0f bytes of heap for each%n",
        median(residentAlone) / 1e6,
        median(heapAlone) / 1e6,
        median(residentBeside) / 1e6,
        median(heapBeside) / 1e6,
        (median(heapBeside) - median(heapAlone)) / CLIENTS);
  }

  private static double median(List<Double> values) {
    return Quantile.median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** The readers' work, with so many idle clients connected before. */
  private final class Turn implements Race.Lap {

    private final int clients;
    private final List<Double> resident;
    private final List<Double> heap;
    private final Race.Lap lap;

    Turn(int clients, List<Double> resident, List<Double> heap, Race.Lap lap) {
      this.clients = clients;
      this.resident = resident;
      this.heap = heap;
      this.lap = lap;
    }

    @Override
    public void prepare() throws Exception {
      disconnect(clients);
      while (idle.size() < clients) {
        idle.add(connect());
      }
      jcmd("GC.run"); // so that garbage does not count
      resident.add(residentBytes());
      heap.add(heapBytes());
    }

    @Override
    public void run() throws Exception {
      lap.run();
    }
  }

  private void disconnect(int left) throws IOException {
    while (idle.size() > left) {
      idle.remove(idle.size() - 1).close();
    }
  }

  /** A client that has greeted, as each one does. */
  private SocketChannel connect() throws IOException {
    SocketChannel client = SocketChannel.open(address);
    ByteBuffer hello = Codec.encode(1, new Message.Hello(Codec.VERSION));
    while (hello.hasRemaining()) {
      client.write(hello);
    }
    ByteBuffer welcome = ByteBuffer.allocate(Integer.BYTES);
    readFully(client, welcome);
    readFully(client, ByteBuffer.allocate(welcome.getInt(0)));
    return client;
  }

  private static void readFully(SocketChannel client, ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (client.read(target) < 0) {
        throw new EOFException("the server closed a connection");
      }
    }
  }

  private String jcmd(String command) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(server.pid()),
                command)
            .redirectErrorStream(true)
            .start();
    String output = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!jcmd.waitFor(1, TimeUnit.MINUTES) || jcmd.exitValue() != 0) {
      throw new IOException("jcmd " + command + " failed: " + output);
    }
    return output;
  }

  private double residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private double heapBytes() throws IOException, InterruptedException {
    Matcher used = USED.matcher(jcmd("GC.heap_info"));
    if (!used.find()) {
      throw new IOException("jcmd GC.heap_info does not say what is used");
    }
    return 1024 * Double.parseDouble(used.group(1));
  }
}
