package io.forebay.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    Report report = new Report(holder.settings, "a site.");
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
    assertThat(report().page().table().text().lines()).hasSize(10);
    Path page = directory.resolve("page.html");
    report().page().write(page);
    assertThat(Files.readString(page))
        .contains("Forebay, epoch 3")
        .contains("100.0 %")
        .doesNotContain("{{");
  }

  @Test
  void thePageOfAnInferenceTellsHowMuchSoonerAnswersCome(@TempDir Path directory)
      throws IOException {
    List<Latencies> results = new ArrayList<>();
    for (String model : List.of("small", "large")) {
      for (String source : List.of(Quickstart.DIRECT, Quickstart.FOREBAY, Quickstart.LOCAL)) {
        Latencies times = new Latencies(model, source, 3);
        long read = source.equals(Quickstart.DIRECT) ? 30_000_000 : 1_000_000;
        for (int i = 0; i < 3; i++) {
          times.add(read, read + (model.equals("large") ? 19_000_000 : 4_000_000));
        }
        results.add(times);
      }
    }
    Page page = Inference.page(results, "a site.");
    assertThat(page.summary().get(0)).contains("5.0 ms").contains("34.0 ms").contains("85 % less");
    assertThat(page.summary().get(1)).contains("20.0 ms").contains("49.0 ms").contains("59 % less");
    Path html = directory.resolve("page.html");
    page.write(html);
    assertThat(Files.readString(html)).contains("large: OSS directly").doesNotContain("{{");
  }
}
