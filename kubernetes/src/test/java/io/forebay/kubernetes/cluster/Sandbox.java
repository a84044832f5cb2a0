package io.forebay.kubernetes.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Namespaces of a cluster's own for network, mounts and processes. When they end, for which the end
 * of this JVM is enough, nothing that ran or was mounted in them is left. One folder of them is a
 * shared mount, from which mounts reach pods and come from them.
 */
final class Sandbox implements AutoCloseable {

  /** The first process: it ends with its input. Links are shared with nobody before it is ready. */
  private static final String INIT =
      """
      set -e
      ip link set lo up
      mount --bind "$0" "$0"
      mount --make-rshared "$0"
      mkdir -p /run/netns
      mount -t tmpfs tmpfs /run/netns # where the names of pods' networks would be left
      sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.route_localnet=1 || :
      echo ready
      read -r end
      """;

  private static final int SUBNETS = 250;
  private static final long PATIENCE_SECONDS = 60;

  private final Process unshare;
  private final long init;
  private final int subnet;

  private Sandbox(Process unshare, long init, int subnet) {
    this.unshare = unshare;
    this.init = init;
    this.subnet = subnet;
  }

  /**
   * @param folder the shared one
   */
  static Sandbox start(Path folder) throws IOException, InterruptedException {
    Process unshare =
        new ProcessBuilder(
                List.of(
                    "unshare",
                    "--net",
                    "--mount",
                    "--pid",
                    "--fork",
                    "--mount-proc",
                    "--kill-child",
                    "sh",
                    "-c",
                    INIT,
                    folder.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader said = unshare.inputReader();
    assertThat(said.readLine()).isEqualTo("ready");
    long init = unshare.children().findFirst().orElseThrow().pid();
    return new Sandbox(unshare, init, connect(init));
  }

  /** Of the networks that other clusters on this machine leave, the first. */
  private static int connect(long init) throws IOException, InterruptedException {
    for (int subnet = 0; subnet < SUBNETS; subnet++) {
      String device = "forebay" + subnet;
      if (run(
              List.of(
                  "ip", "link", "add", device, "type", "veth", "peer", "eth0", "netns", "" + init))
          == 0) {
        require(List.of("ip", "address", "add", address(subnet, 1) + "/30", "dev", device));
        require(List.of("ip", "link", "set", device, "up"));
        List<String> enter = List.of("nsenter", "--target", "" + init, "--net", "--");
        require(with(enter, "ip", "address", "add", address(subnet, 2) + "/30", "dev", "eth0"));
        require(with(enter, "ip", "link", "set", "eth0", "up"));
        require(with(enter, "ip", "route", "add", "default", "via", address(subnet, 1)));
        return subnet;
      }
    }
    throw new IOException("no network is left for a cluster; see ip link");
  }

  private static String address(int subnet, int host) {
    return "10.198." + subnet + "." + host;
  }

  private static List<String> with(List<String> first, String... more) {
    List<String> all = new ArrayList<>(first);
    all.addAll(List.of(more));
    return all;
  }

  private static int run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
    return process.exitValue();
  }

  private static void require(List<String> command) throws IOException, InterruptedException {
    assertThat(run(command)).as("%s", command).isZero();
  }

  /** Tells it from all others on this machine. */
  String name() {
    return "forebay" + subnet;
  }

  /** Where this JVM is for those inside. */
  String outside() {
    return address(subnet, 1);
  }

  /** Where those inside are for this JVM. */
  String inside() {
    return address(subnet, 2);
  }

  /** A command that runs inside. */
  ProcessBuilder command(List<String> command) {
    List<String> entered =
        new ArrayList<>(
            List.of("nsenter", "--target", "" + init, "--net", "--mount", "--pid", "--"));
    entered.addAll(command);
    return new ProcessBuilder(entered);
  }

  /** Runs a short command inside, and returns what it printed. */
  String run(String... command) throws IOException, InterruptedException {
    Process process = command(List.of(command)).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s: %s", List.of(command), said).isZero();
    return said;
  }

  @Override
  public void close() throws IOException {
    unshare.getOutputStream().close();
    unshare.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }
}
