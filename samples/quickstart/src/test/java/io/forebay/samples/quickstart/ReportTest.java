package io.forebay.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ReportTest {

  @Command
  static final class Holder {
    @Mixin final Settings settings = new Settings();
  }

  private static Report report() {
    Holder holder = new Holder();
    new CommandLine(holder).parseArgs("--images", "100");
    Report report = new Report(holder.settings, "machine");
    for (int epoch = 1; epoch <= 3; epoch++) {
      report.add(new EpochResult(Quickstart.DIRECT, epoch, 100, 10, 9, 100, 5_000, 1f));
      report.add(
          new EpochResult(
              Quickstart.FOREBAY, epoch, 100, epoch == 1 ? 8 : 2, 1, epoch == 1 ? 100 : 0, 0, 1f));
      report.add(new EpochResult(Quickstart.LOCAL, epoch, 100, 1.9, 0.1, 0, 0, 1f));
    }
    return report;
  }

  @Test
  void theSummaryComparesWarmEpochs() {
    assertThat(report().summary().get(0)).contains("5.0 x").contains("95 %");
    assertThat(report().summary().get(1)).contains("1.3 x");
  }

  @Test
  void tableAndPageHaveEveryEpoch(@TempDir Path directory) throws IOException {
    assertThat(report().table().lines()).hasSize(10);
    Path page = directory.resolve("page.html");
    report().writeHtml(page);
    assertThat(Files.readString(page))
        .contains("Forebay, epoch 3")
        .contains("100.0 %")
        .doesNotContain("{{");
  }
}
