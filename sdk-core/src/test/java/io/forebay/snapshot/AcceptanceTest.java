package io.forebay.snapshot;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.SnapshotRefusedException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AcceptanceTest {

  private static final Optional<SnapshotInfo> BEFORE = Optional.of(info(10, 0));

  private static SnapshotInfo info(long files, long unreadable) {
    return new SnapshotInfo(files, files * 100, 0, 0, 1_000, unreadable);
  }

  @Test
  void halfOfTheFilesIsAcceptedAndFewerAreNotUnlessAllowed() {
    assertThatCode(() -> Acceptance.DEFAULT.require(info(5, 0), BEFORE)).doesNotThrowAnyException();
    assertThatThrownBy(() -> Acceptance.DEFAULT.require(info(4, 0), BEFORE))
        .isInstanceOf(SnapshotRefusedException.class)
        .hasMessageContaining("4 files")
        .hasMessageContaining("10");
    assertThatCode(() -> new Acceptance(true, true).require(info(0, 0), BEFORE))
        .doesNotThrowAnyException();
    assertThatCode(() -> Acceptance.DEFAULT.require(info(0, 0), Optional.empty()))
        .doesNotThrowAnyException();
  }

  @Test
  void whatCouldNotBeReadIsAcceptedUnlessStrict() {
    assertThatCode(() -> Acceptance.DEFAULT.require(info(10, 1), BEFORE))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> new Acceptance(false, false).require(info(10, 1), BEFORE))
        .isInstanceOf(SnapshotRefusedException.class)
        .hasMessageContaining("--strict");
  }
}
