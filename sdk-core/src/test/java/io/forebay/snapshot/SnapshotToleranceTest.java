package io.forebay.snapshot;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.SnapshotRefusedException;
import io.forebay.spec.SnapshotTolerance;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SnapshotToleranceTest {

  private static final Optional<SnapshotInfo> BEFORE = Optional.of(info(10, 0));

  private static SnapshotInfo info(long files, long unreadable) {
    return new SnapshotInfo(files, files * 100, 0, 0, 1_000, unreadable);
  }

  @Test
  void halfOfTheFilesIsAcceptedAndFewerAreNotUnlessAllowed() {
    assertThatCode(() -> info(5, 0).requireAccepted(SnapshotTolerance.DEFAULT, BEFORE))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> info(4, 0).requireAccepted(SnapshotTolerance.DEFAULT, BEFORE))
        .isInstanceOf(SnapshotRefusedException.class)
        .hasMessageContaining("4 files")
        .hasMessageContaining("10");
    assertThatCode(() -> info(0, 0).requireAccepted(new SnapshotTolerance(true, true), BEFORE))
        .doesNotThrowAnyException();
    assertThatCode(() -> info(0, 0).requireAccepted(SnapshotTolerance.DEFAULT, Optional.empty()))
        .doesNotThrowAnyException();
  }

  @Test
  void whatCouldNotBeReadIsAcceptedUnlessStrict() {
    assertThatCode(() -> info(10, 1).requireAccepted(SnapshotTolerance.DEFAULT, BEFORE))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> info(10, 1).requireAccepted(new SnapshotTolerance(false, false), BEFORE))
        .isInstanceOf(SnapshotRefusedException.class)
        .hasMessageContaining("--strict");
  }
}
