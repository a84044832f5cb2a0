package io.forebay.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClockTest {

  @Test
  void eventsHappenInTheOrderOfTheirTimesAndOfTheirScheduling() {
    Clock clock = new Clock();
    List<String> happened = new ArrayList<>();
    clock.at(20, () -> happened.add("late at " + clock.now()));
    clock.at(10, () -> clock.at(10, () -> happened.add("second at " + clock.now())));
    clock.at(10, () -> happened.add("first at " + clock.now()));
    clock.run();
    assertThat(happened).containsExactly("first at 10", "second at 10", "late at 20");
  }

  @Test
  void nothingHappensInThePast() {
    Clock clock = new Clock();
    clock.at(5, () -> clock.at(4, () -> {}));
    assertThatThrownBy(clock::run).hasMessageContaining("an event at 4 ns, when it is 5");
  }
}
