package io.forebay.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hosts with addresses of their own, joined by a switch. Each host, and the switch, is a network
 * namespace, so that nothing of this can be seen from outside, and no packet leaves it. The names
 * of the namespaces hold the id of this process: what an earlier process left behind when it was
 * killed is removed by the next one. Not thread-safe.
 */
final class Network implements AutoCloseable {

  private static final Pattern NAME = Pattern.compile("forebay-([0-9]+)-.*");
  private static final AtomicInteger networks = new AtomicInteger();

  private final String prefix =
      "forebay-" + ProcessHandle.current().pid() + "-" + networks.incrementAndGet() + "-";
  private final String hub = prefix + "switch";
  private final List<Host> hosts = new ArrayList<>();
  private final Thread atExit = new Thread(this::remove, "forebay-network-cleanup");

  /** Skips the test, with a reason, where there can be no network. */
  Network() throws IOException {
    removeLeftovers();
    try {
      Shell.run("ip", "netns", "add", hub);
      Shell.run("ip", "netns", "exec", hub, "iptables", "-w", "-S");
    } catch (IOException e) {
      remove();
      assumeTrue(
          false, "needs root, `ip netns` (Debian's iproute2) and iptables: " + e.getMessage());
    }
    Runtime.getRuntime().addShutdownHook(atExit);
    inHub("ip", "link", "add", "switch", "type", "bridge");
    inHub("ip", "link", "set", "switch", "up");
  }

  private void inHub(String... command) throws IOException {
    Shell.run(Host.inside(hub, command));
  }

  /** Adds a host to the switch. */
  Host add(String name) throws IOException {
    int number = hosts.size() + 1;
    Host host = new Host(prefix + name, "10.199.0." + number);
    hosts.add(host);
    String port = "port" + number;
    Shell.run("ip", "netns", "add", host.namespace());
    Shell.run(
        "ip",
        "link",
        "add",
        Host.DEVICE,
        "netns",
        host.namespace(),
        "type",
        "veth",
        "peer",
        "name",
        port,
        "netns",
        hub);
    inHub("ip", "link", "set", port, "master", "switch", "up");
    host.run("ip", "address", "add", host.address() + "/24", "dev", Host.DEVICE);
    host.run("ip", "link", "set", "lo", "up");
    host.run("ip", "link", "set", Host.DEVICE, "up");
    return host;
  }

  private static void removeLeftovers() throws IOException {
    for (String namespace : namespaces()) {
      Matcher name = NAME.matcher(namespace);
      if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
        remove(namespace);
      }
    }
  }

  private static List<String> namespaces() {
    try {
      return Shell.run("ip", "netns", "list").lines().map(line -> line.split(" ", 2)[0]).toList();
    } catch (IOException e) {
      return List.of(); // then none can be made either, which is found out next
    }
  }

  /** With all processes in it, which only a test can have started. */
  private static void remove(String namespace) {
    try {
      for (String pid : Shell.run("ip", "netns", "pids", namespace).lines().toList()) {
        ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(ProcessHandle::destroyForcibly);
      }
      Shell.run("ip", "netns", "delete", namespace);
    } catch (IOException e) {
      System.out.println("left behind: " + e.getMessage());
    }
  }

  private void remove() {
    namespaces().stream().filter(name -> name.startsWith(prefix)).forEach(Network::remove);
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }
}
