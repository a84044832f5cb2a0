package io.forebay.samples.quickstart;

import io.forebay.config.DataSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The results of trainings. */
final class Report {

  private static final List<String> COLUMNS =
      List.of(
          "source",
          "epoch",
          "time s",
          "images/s",
          "waiting",
          "store requests",
          "store bytes",
          "hit ratio",
          "loss");

  private static final List<String> SOURCES =
      List.of(Quickstart.DIRECT, Quickstart.FOREBAY, Quickstart.LOCAL);

  private final Settings settings;
  private final String site;
  private final List<EpochResult> results = new ArrayList<>();

  /**
   * @param site where it is measured
   */
  Report(Settings settings, String site) {
    this.settings = settings;
    this.site = site;
  }

  /** Results come epoch by epoch, and are shown source by source. */
  void add(EpochResult result) {
    results.add(result);
    results.sort(
        Comparator.comparingInt((EpochResult r) -> SOURCES.indexOf(r.source()))
            .thenComparingInt(EpochResult::epoch));
  }

  private static List<String> cells(EpochResult r) {
    return List.of(
        r.source(),
        String.valueOf(r.epoch()),
        Table.number("%.1f", r.seconds()),
        Table.number("%.0f", r.imagesPerSecond()),
        Table.number("%.1f %%", 100 * r.waitingShare()),
        String.valueOf(r.storeRequests()),
        new DataSize(r.storeBytes()).toString(),
        r.source().equals(Quickstart.FOREBAY) ? Table.number("%.1f %%", 100 * r.hitRatio()) : "-",
        Table.number("%.3f", r.loss()));
  }

  /** The two sentences that the numbers come down to. */
  List<String> summary() {
    List<String> lines = new ArrayList<>();
    double warm = warmRate(Quickstart.FOREBAY);
    if (settings.epochs > 1) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Epochs 2 and later through Forebay: %.1f x the speed of reading OSS directly,"
                  + " %.0f %% of the speed of local disk.",
              warm / warmRate(Quickstart.DIRECT),
              100 * warm / warmRate(Quickstart.LOCAL)));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "The first epoch, with an empty cache: %.1f x.",
            rate(Quickstart.FOREBAY, 1) / rate(Quickstart.DIRECT, 1)));
    return lines;
  }

  private double rate(String source, int epoch) {
    return results.stream()
        .filter(r -> r.source().equals(source) && r.epoch() == epoch)
        .mapToDouble(EpochResult::imagesPerSecond)
        .findFirst()
        .orElseThrow();
  }

  /** Images per second over all epochs but the first. */
  private double warmRate(String source) {
    List<EpochResult> warm =
        results.stream().filter(r -> r.source().equals(source) && r.epoch() > 1).toList();
    return warm.stream().mapToDouble(EpochResult::images).sum()
        / warm.stream().mapToDouble(EpochResult::seconds).sum();
  }

  Page page() {
    return new Page(
        "The same training, read from three places",
        summary(),
        "Images per second",
        results.stream()
            .map(
                r ->
                    new Bar(
                        r.source(),
                        r.source() + ", epoch " + r.epoch(),
                        r.imagesPerSecond(),
                        Table.number("%.0f/s", r.imagesPerSecond())
                            + Table.number(", %.0f %% waiting", 100 * r.waitingShare())))
            .toList(),
        new Table(COLUMNS, results.stream().map(Report::cells).toList()),
        "Waiting is the share of time in which the trainer had no batch to train on. Store requests"
            + " and bytes are what reached the bucket, counted by the bucket. The hit ratio is the"
            + " share of reads that did not.",
        setting());
  }

  private String setting() {
    return String.format(
        "%s Batches of %d, %d loader threads%s.",
        site,
        settings.batch,
        settings.loaders,
        settings.trainers == 1 ? "" : ", " + settings.trainers + " trainings at once");
  }
}
