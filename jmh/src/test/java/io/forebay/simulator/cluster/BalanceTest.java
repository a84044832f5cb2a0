package io.forebay.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BalanceTest {

  private final Shape shape = new Shape(41, 4, 2);
  private final Files files = new Files(20_000, 1_000_000, 7);
  private final Balance balance = new Balance(shape, files, new Owners(shape, files, 2));

  @ParameterizedTest
  @EnumSource(Change.class)
  void onlyWhatHasToMoveMoves(Change change) {
    Balance.Movement moved =
        balance.movement(node -> node < shape.nodes() - 1, change.after(shape), 2);
    assertThat(moved.bytes()).isPositive().isEqualTo(moved.least());
    assertThat(moved.total())
        .isEqualTo(2 * IntStream.range(0, files.count()).mapToLong(files::bytes).sum());
  }

  @Test
  void aNodeHasItsShareAsFarAsChanceAllows() {
    Balance.Fill fill = balance.fill(node -> true, 1);
    assertThat(fill.spread()).isBetween(0.7 * fill.chance(), 1.3 * fill.chance());
    assertThat(fill.fullest()).isBetween(1.0, 1 + 6 * fill.chance());
  }
}
