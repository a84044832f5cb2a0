package io.forebay.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.Origin;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EpochTest {

  private final Shape shape = new Shape(12, 3, 2);
  private final Files files = new Files(5_000, 1_000_000, 7);
  private final Owners owners = new Owners(shape, files, 4);
  private final long bytes = IntStream.range(0, files.count()).mapToLong(files::bytes).sum();

  private final class World {
    private final Clock clock = new Clock();
    private final Knowledge known = new Knowledge(clock, new Known(shape, shape.view()));
    private final Cluster cluster;

    World(int replicas) {
      cluster =
          new Cluster(
              shape,
              Hardware.of(shape),
              files,
              owners,
              new Cluster.Policy(replicas, true),
              new Holders(files.count()),
              clock,
              node -> known);
    }

    Epoch.Result epoch(int number) {
      return Epoch.shuffled(cluster, clock, shape.nodes(), files.count(), number);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void eachByteIsReadOnceAnEpochAndComesFromTheUnderStoreOnce(int replicas) {
    World world = new World(replicas);
    for (int epoch = 1; epoch <= 3; epoch++) {
      Epoch.Result result = world.epoch(epoch);
      assertThat(result.traffic().reads()).isEqualTo(files.count());
      assertThat(result.traffic().bytes()).isEqualTo(bytes);
      assertThat(result.underStoreBytes()).isEqualTo(epoch == 1 ? bytes : 0);
      assertThat(result.bound().share()).isBetween(0.0, 1.0);
    }
  }

  @Test
  void anEpochIsNoShorterThanItsBusiestLink() {
    Epoch.Result first = new World(1).epoch(1);
    double leastSeconds = bytes / Hardware.of(shape).underStore();
    assertThat(first.nanos() / 1e9).isBetween(leastSeconds, leastSeconds * 1.2);
    assertThat(first.bound().kind()).isEqualTo("under-store");
  }

  @Test
  void copiesInAllZonesAreReadInTheOwnZone() {
    World world = new World(3);
    world.epoch(1);
    assertThat(world.epoch(2).traffic().bytes(Origin.OTHER_SERVER)).isZero();
  }

  @Test
  void theSameSeedHasTheSameResult() {
    World one = new World(2);
    World other = new World(2);
    for (int epoch = 1; epoch <= 2; epoch++) {
      Epoch.Result result = one.epoch(epoch);
      Epoch.Result again = other.epoch(epoch);
      assertThat(again.nanos()).isEqualTo(result.nanos());
      assertThat(again.bound()).isEqualTo(result.bound());
      assertThat(again.share(Origin.ZONE_SERVER)).isEqualTo(result.share(Origin.ZONE_SERVER));
    }
  }
}
