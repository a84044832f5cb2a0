package io.forebay.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WatchersTest {

  private final Shape shape = new Shape(14, 2, 1);
  private final Clock clock = new Clock();

  private Watchers watchers(boolean damped) {
    return new Watchers(
        shape, clock, shape.view(), Duration.ofSeconds(1), Duration.ofSeconds(2), damped);
  }

  @Test
  void eachNodeHearsOfAChangeAfterAWhileOfItsOwn() {
    Watchers watchers = watchers(false);
    watchers.change(shape.view(node -> node != 3));
    Known before = watchers.of(0).current();
    clock.at(
        Duration.ofMillis(1_500).toNanos(),
        () -> {
          assertThat(watchers.of(0).current().has(3)).isFalse();
          assertThat(watchers.of(6).current().has(3)).isTrue();
        });
    clock.run();
    assertThat(watchers.of(6).current().has(3)).isFalse();
    assertThat(watchers.of(6).former()).containsExactly(before);
  }

  @Test
  void aMemberThatFlapsIsLeftOutUntilItIsSteady() {
    Watchers watchers = watchers(true);
    for (int i = 0; i < 8; i++) {
      boolean there = i % 2 == 1;
      clock.at(
          Duration.ofSeconds(30L * i).toNanos(),
          () -> watchers.change(shape.view(node -> there || node != 3)));
    }
    clock.at(
        Duration.ofMinutes(5).toNanos(),
        () -> assertThat(watchers.of(0).current().has(3)).isFalse());
    clock.run();
    assertThat(watchers.of(0).current().has(3)).isTrue();
  }
}
