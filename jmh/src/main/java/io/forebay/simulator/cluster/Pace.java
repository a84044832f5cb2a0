package io.forebay.simulator.cluster;

import java.util.concurrent.TimeUnit;

/**
 * Trainers that read so many files a second, each file once an epoch, for a while. A few nodes'
 * trainers stand for all, for they do not disturb each other: what they meet is the same.
 */
final class Pace {

  private final Cluster cluster;
  private final Clock clock;
  private final int[] clients;
  private final int files;
  private final long intervalNanos;
  private final long endNanos;

  /**
   * @param clients nodes whose trainers read
   * @param files that they read in an epoch, together
   */
  Pace(Cluster cluster, Clock clock, int[] clients, int files, int readsASecond, long endNanos) {
    this.cluster = cluster;
    this.clock = clock;
    this.clients = clients;
    this.files = files;
    this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / readsASecond;
    this.endNanos = endNanos;
  }

  void start() {
    for (int i = 0; i < clients.length; i++) {
      schedule(i, 0, intervalNanos * i / clients.length);
    }
  }

  private void schedule(int client, int read, long nanos) {
    if (nanos < endNanos) {
      clock.at(
          nanos,
          () -> {
            schedule(client, read + 1, nanos + intervalNanos);
            int file = (int) ((client + (long) read * clients.length) % files);
            cluster.read(clients[client], file, () -> {});
          });
    }
  }
}
