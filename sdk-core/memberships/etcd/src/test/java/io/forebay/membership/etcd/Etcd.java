package io.forebay.membership.etcd;

import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import io.forebay.samples.oss.OwnAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real etcd in a process of its own, for tests that stop, kill and empty it. */
public final class Etcd implements AutoCloseable {

  private final Path program;
  private final Path directory;
  private final List<String> flags;
  private final String host = OwnAddresses.host();
  private final int port = OwnAddresses.nextPort();
  private final int peerPort = OwnAddresses.nextPort();
  private final String scheme;
  private Process process;

  private Etcd(Path program, Path directory, String scheme, String... flags) {
    this.program = program;
    this.directory = directory;
    this.scheme = scheme;
    this.flags = Arrays.asList(flags);
  }

  /**
   * Skips the test if it cannot be built here.
   *
   * @param directory for its data and its log
   */
  public static Etcd start(Path directory) throws IOException, InterruptedException {
    return start(directory, "http");
  }

  /** With flags beside its own. */
  static Etcd start(Path directory, String scheme, String... flags)
      throws IOException, InterruptedException {
    Etcd etcd = new Etcd(EtcdProgram.find(), directory, scheme, flags);
    etcd.start();
    return etcd;
  }

  /** Where it is, though it does not run yet. */
  public static Etcd notYet(Path directory) throws IOException, InterruptedException {
    return new Etcd(EtcdProgram.find(), directory, "http");
  }

  /** With the data that it had. */
  public void start() throws IOException {
    String client = scheme + "://" + address();
    String peer = "http://" + host + ":" + peerPort;
    List<String> command =
        new ArrayList<>(List.of(program.toString(), "--name", "e", "--unsafe-no-fsync"));
    command.addAll(List.of("--data-dir", data().toString(), "--log-level", "warn"));
    command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
    command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
    command.addAll(List.of("--initial-cluster", "e=" + peer));
    command.addAll(flags);
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("etcd.log").toFile()))
            .start();
    await().atMost(TWO_MINUTES).until(this::listens);
  }

  private boolean listens() throws IOException {
    if (!process.isAlive()) {
      throw new IOException("etcd: " + Files.readString(directory.resolve("etcd.log")));
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private Path data() {
    return directory.resolve("etcd");
  }

  String host() {
    return host;
  }

  int port() {
    return port;
  }

  /** {@code host:port} for clients. */
  public String address() {
    return host + ":" + port;
  }

  /** Kills it as a power cut does. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("etcd does not end");
    }
  }

  /** Loses its data; it must not run. */
  void empty() throws IOException {
    EtcdProgram.delete(data());
  }

  /** Stops it; it keeps its connections but says nothing. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  void goOn() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start();
    if (!kill.waitFor(1, TimeUnit.MINUTES) || kill.exitValue() != 0) {
      throw new IOException("kill -" + name + " failed");
    }
  }

  @Override
  public void close() throws InterruptedException {
    if (process != null) {
      kill();
    }
  }
}
