package io.forebay.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SuspectsTest {

  private final Outages outages = new Outages(2);
  private final Suspects suspects = new Suspects(outages);

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  @Test
  void aServerIsUsedAgainFromTheFirstProbeThatReachesIt() {
    outages.add(0, 0, millis(2_000));
    suspects.failed(0, 0);
    assertThat(suspects.has(0, millis(400))).isTrue();
    assertThat(suspects.has(0, millis(2_100))).as("probes after 0.5 and 1.5 s failed").isTrue();
    assertThat(suspects.has(0, millis(3_499))).isTrue();
    assertThat(suspects.has(0, millis(3_500))).isFalse();
  }

  @Test
  void othersAreNotSuspected() {
    suspects.failed(0, 0);
    assertThat(suspects.has(1, 1)).isFalse();
  }
}
