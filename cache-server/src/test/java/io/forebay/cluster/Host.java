package io.forebay.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A host of a {@link Network}, whose packets can be dropped, refused and slowed down. */
final class Host {

  /** The name of its network device. */
  static final String DEVICE = "eth0";

  private final String namespace;
  private final String address;

  Host(String namespace, String address) {
    this.namespace = namespace;
    this.address = address;
  }

  String namespace() {
    return namespace;
  }

  String address() {
    return address;
  }

  static String[] inside(String namespace, String... command) {
    List<String> inside = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    inside.addAll(List.of(command));
    return inside.toArray(String[]::new);
  }

  /** Runs a short command on this host. */
  String run(String... command) throws IOException {
    return Shell.run(inside(namespace, command));
  }

  /** Has a process run on this host. Mounts that it makes are seen by it alone. */
  ProcessBuilder on(ProcessBuilder process) {
    return process.command(inside(namespace, process.command().toArray(String[]::new)));
  }

  /**
   * @param words of a command, with spaces between them
   */
  private String command(String words) throws IOException {
    return run(words.split(" ", -1));
  }

  private void rule(String words) throws IOException {
    command("iptables -w " + words);
  }

  /** Nothing arrives any more; the host's own loopback stays as it is. */
  void dropIncoming() throws IOException {
    rule("-A INPUT -i " + DEVICE + " -j DROP");
  }

  /** Nothing leaves any more. */
  void dropOutgoing() throws IOException {
    rule("-A OUTPUT -o " + DEVICE + " -j DROP");
  }

  /** Each packet that arrives is answered: there is nobody here. */
  void reject() throws IOException {
    rule("-A INPUT -i " + DEVICE + " -p tcp -j REJECT --reject-with tcp-reset");
  }

  /**
   * Loses some of the packets, both ways.
   *
   * @param share of them, from 0 to 1
   */
  void lose(double share) throws IOException {
    for (String way : List.of("INPUT -i ", "OUTPUT -o ")) {
      rule(
          "-A " + way + DEVICE + " -m statistic --mode random --probability " + share + " -j DROP");
    }
  }

  /** Connections to a port end, and new ones arrive at another port. */
  void redirect(int port, int other) throws IOException {
    String from = "-i " + DEVICE + " -p tcp --dport " + port;
    rule("-A INPUT " + from + " -j REJECT --reject-with tcp-reset");
    rule("-t nat -A PREROUTING " + from + " -j REDIRECT --to-ports " + other);
  }

  /** Limits what leaves. */
  void limit(int megabytesPerSecond) throws IOException {
    command(
        "tc qdisc replace dev "
            + DEVICE
            + " root tbf rate "
            + megabytesPerSecond * 8
            + "mbit burst 128kb latency 200ms");
  }

  /** Ends all that was done to packets. */
  void heal() throws IOException {
    rule("-F");
    rule("-t nat -F");
    if (command("tc qdisc show dev " + DEVICE).contains("tbf")) {
      command("tc qdisc delete dev " + DEVICE + " root");
    }
  }
}
