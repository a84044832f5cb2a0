package io.forebay.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterTest {

  private static final Duration TRIP = Duration.ofMillis(2);

  /** A byte takes a nanosecond on a disk and in the network, and ten from the under-store. */
  private static final Hardware HARDWARE =
      new Hardware(1e9, 1e9, 1e9, 1e8, TRIP, TRIP, Duration.ofMillis(10));

  private final Shape shape = new Shape(3, 1, 1);
  private final Files files = new Files(1, 1_000_000, 7);
  private final Owners owners = new Owners(shape, files, 3);
  private final Known all = new Known(shape, shape.view());
  private final int owner = owners.of(all, 0, 1)[0];
  private final int second = owners.of(all, 0, 2)[1];
  private final int third = owners.of(all, 0, 3)[2];
  private final Clock clock = new Clock();
  private final Knowledge known = new Knowledge(clock, all);
  private final Holders holders = new Holders(1);
  private Cluster cluster;

  @BeforeEach
  void build() {
    cluster =
        new Cluster(
            shape,
            HARDWARE,
            files,
            owners,
            new Cluster.Policy(1, true),
            holders,
            clock,
            node -> known);
  }

  /** How long a read takes. */
  private long read(int client) {
    long start = clock.now();
    List<Long> ends = new ArrayList<>();
    cluster.read(client, 0, () -> ends.add(clock.now()));
    clock.run();
    assertThat(ends).hasSize(1);
    return ends.get(0) - start;
  }

  @Test
  void aMissTakesTheTripAndWhatTheUnderStoreTakes() {
    long expected = TRIP.toNanos() + HARDWARE.firstByte().toNanos() + 10 * files.bytes(0);
    assertThat(read(third)).isCloseTo(expected, within());
    assertThat(cluster.underStoreBytes()).isEqualTo(files.bytes(0));
    assertThat(cluster.traffic().bytes(Origin.ZONE_SERVER)).isEqualTo(files.bytes(0));
  }

  @Test
  void aHitTakesTheTripAndTheSlowestLinkOfItsWay() {
    holders.add(0, owner);
    assertThat(read(third)).isCloseTo(TRIP.toNanos() + files.bytes(0), within());
    assertThat(cluster.underStoreBytes()).isZero();
  }

  @Test
  void onTheOwnersNodeItTakesTheDisk() {
    holders.add(0, owner);
    assertThat(read(owner)).isCloseTo(files.bytes(0) / shape.weight(owner), within());
    assertThat(cluster.traffic().bytes(Origin.OWN_SERVER)).isEqualTo(files.bytes(0));
  }

  @Test
  void anotherServerStandsInForOneThatIsDownAndIsAskedAtOnceTheNextTime() {
    holders.add(0, owner);
    holders.add(0, second);
    cluster.outages().add(owner, 0, Long.MAX_VALUE);
    long hit = TRIP.toNanos() + files.bytes(0);
    assertThat(read(third)).isCloseTo(TRIP.toNanos() + hit, within());
    assertThat(read(third)).isCloseTo(hit, within());
    assertThat(cluster.traffic().refusedRequests()).isEqualTo(1);
    assertThat(cluster.traffic().readsStoodIn()).isEqualTo(2);
    assertThat(cluster.underStoreBytes()).isZero();
  }

  @Test
  void aNewOwnerGetsAFileFromTheFormerOne() {
    int newcomer = owner;
    Known before = new Known(shape, shape.view(node -> node != newcomer));
    Knowledge grown = new Knowledge(clock, before);
    grown.use(all);
    holders.add(0, second);
    Cluster after =
        new Cluster(
            shape,
            HARDWARE,
            files,
            owners,
            new Cluster.Policy(1, true),
            holders,
            clock,
            node -> grown);
    after.read(third, 0, () -> {});
    clock.run();
    assertThat(after.underStoreBytes()).isZero();
    assertThat(after.traffic().handedOverBytes()).isEqualTo(files.bytes(0));
    assertThat(holders.has(0, newcomer)).isTrue();
  }

  /** Of rates that are no whole numbers of nanoseconds. */
  private static org.assertj.core.data.Offset<Long> within() {
    return org.assertj.core.data.Offset.offset(5L);
  }
}
