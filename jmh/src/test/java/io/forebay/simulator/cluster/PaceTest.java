package io.forebay.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

  private final Shape shape = new Shape(6, 3, 1);
  private final Files files = new Files(50, 1_000, 7);
  private final Owners owners = new Owners(shape, files, 3);

  private Cluster run(Clock clock, int replicas, int stopped) {
    Known all = new Known(shape, shape.view());
    Holders holders = Holders.all(files, owners, all, replicas);
    Knowledge known = new Knowledge(clock, all);
    Cluster cluster =
        new Cluster(
            shape,
            Hardware.of(shape),
            files,
            owners,
            new Cluster.Policy(replicas, true),
            holders,
            clock,
            node -> known);
    if (stopped >= 0) {
      cluster.outages().add(stopped, 0, Duration.ofSeconds(5).toNanos());
    }
    new Pace(cluster, clock, new int[] {0, 1}, files.count(), 10, Duration.ofSeconds(10).toNanos())
        .start();
    clock.run();
    return cluster;
  }

  @Test
  void trainersReadAtTheirPace() {
    Cluster cluster = run(new Clock(), 1, -1);
    assertThat(cluster.traffic().reads()).isEqualTo(2 * 10 * 10);
    assertThat(cluster.underStoreBytes()).isZero();
    assertThat(cluster.traffic().refusedRequests()).isZero();
  }

  @Test
  void withTwoCopiesAServerThatStopsCostsTheUnderStoreNothing() {
    assertThat(run(new Clock(), 1, 2).underStoreBytes()).isPositive();
    Cluster two = run(new Clock(), 2, 2);
    assertThat(two.underStoreBytes()).isZero();
    assertThat(two.traffic().refusedRequests()).isPositive();
  }
}
