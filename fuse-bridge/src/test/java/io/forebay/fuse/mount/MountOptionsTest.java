package io.forebay.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.Totals;
import io.forebay.fuse.fs.Attributes;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MountOptionsTest {

  private static final Optional<Totals> SNAPSHOT = Optional.of(new Totals(10, 1000));

  private static Attributes of(String options, Optional<Totals> snapshot) {
    return MountOptions.parse(options).serving(snapshot).attributes();
  }

  @Test
  void namesOfASnapshotAreBelievedForLongerThanAnEpochTakes() {
    assertThat(of("ro", SNAPSHOT).entries()).isGreaterThan(Duration.ofHours(20));
    assertThat(of("ro", SNAPSHOT).attributes()).isGreaterThan(Duration.ofHours(20));
    assertThat(of("ro", SNAPSHOT).negative()).isZero();
  }

  @Test
  void namesOfWhatChangesByItselfAreBelievedForAMinute() {
    assertThat(of("ro", Optional.empty()).entries()).isEqualTo(Duration.ofMinutes(1));
    assertThat(of("rw", SNAPSHOT).attributes()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void timeOutsThatAreGivenHold() {
    assertThat(of("attr_timeout=2.5", SNAPSHOT).attributes()).isEqualTo(Duration.ofMillis(2500));
    assertThat(of("entry_timeout=0", SNAPSHOT).entries()).isZero();
    assertThatThrownBy(() -> MountOptions.parse("attr_timeout=-1"))
        .hasMessageContaining("attr_timeout=-1");
  }
}
