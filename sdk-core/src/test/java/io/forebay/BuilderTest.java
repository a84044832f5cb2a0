package io.forebay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BuilderTest {

  @Test
  void aQuotaHoldsAtLeastOneByte() {
    for (long bytes : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> Forebay.builder().quotaBytes(bytes))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("quotaBytes")
          .hasMessageContaining(String.valueOf(bytes));
    }
  }

  @Test
  void patienceIsAtLeastAMillisecond() {
    for (Duration patience : List.of(Duration.ZERO, Duration.ofNanos(1), Duration.ofSeconds(-1))) {
      assertThatThrownBy(() -> Forebay.builder().patience(patience))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("patience")
          .hasMessageContaining(patience.toString());
    }
  }

  @Test
  void aNodeAndAnEmbeddedCacheExcludeEachOther() {
    Forebay.Builder both = Forebay.builder().embedded(Path.of("/own")).node(Path.of("/node"));
    assertThatThrownBy(both::open)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("embedded(/own)")
        .hasMessageContaining("node(/node)");
  }

  @Test
  void aBuilderThatWasToldNothingSaysWhatIsMissing() {
    assertThatThrownBy(() -> Forebay.builder().open())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no node directory and no servers given");
  }

  @Test
  void settingsDoNotPrintTheValuesOfOptions() {
    ForebaySettings settings =
        new ForebaySettings(
            Optional.of(Path.of("/own")),
            true,
            List.of(),
            Map.of("fs.oss.accessKeySecret", "hush"),
            1,
            Optional.empty(),
            Duration.ofSeconds(1),
            Duration.ZERO,
            true,
            ServerSecurity.NONE);
    assertThat(settings.toString())
        .contains("/own", "fs.oss.accessKeySecret")
        .doesNotContain("hush");
  }
}
