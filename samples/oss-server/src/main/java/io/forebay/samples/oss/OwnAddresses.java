package io.forebay.samples.oss;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Addresses for servers that others must be able to name before they listen, such as the members of
 * a cluster. All of 127.0.0.0/8 is this machine on Linux, so each process has a host of its own
 * there, made of its process id. Its ports are below the range from which the system takes the
 * ports of outgoing connections and of port 0. So nobody else listens there, and a server can be
 * restarted at its address. Thread-safe.
 */
public final class OwnAddresses {

  private static final int FIRST_PORT = 10_000;

  private static final AtomicInteger ports = new AtomicInteger(FIRST_PORT);

  private OwnAddresses() {}

  /** The host of this process. */
  public static String host() {
    long pid = ProcessHandle.current().pid();
    return "127." + (64 + (pid >> 16 & 63)) + "." + (pid >> 8 & 255) + "." + (pid & 255);
  }

  /** A port of {@link #host} that was not given out before. */
  public static int nextPort() {
    return ports.getAndIncrement();
  }
}
