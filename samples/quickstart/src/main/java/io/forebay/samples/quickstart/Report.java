package io.forebay.samples.quickstart;

import io.forebay.config.DataSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The results as a table on the terminal and as a page with a chart. */
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

  private static final int BAR_WIDTH = 560;
  private static final int BAR_HEIGHT = 22;

  private final Settings settings;
  private final String machine;
  private final List<EpochResult> results = new ArrayList<>();

  Report(Settings settings, String machine) {
    this.settings = settings;
    this.machine = machine;
  }

  /** Results come epoch by epoch, and are shown source by source. */
  void add(EpochResult result) {
    results.add(result);
    results.sort(
        Comparator.comparingInt((EpochResult r) -> SOURCES.indexOf(r.source()))
            .thenComparingInt(EpochResult::epoch));
  }

  String table() {
    List<List<String>> rows = new ArrayList<>(List.of(COLUMNS));
    results.forEach(r -> rows.add(cells(r)));
    int[] widths = new int[COLUMNS.size()];
    rows.forEach(
        row -> {
          for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
          }
        });
    StringBuilder table = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        String format = i == 0 ? "%-" + widths[i] + "s" : "  %" + widths[i] + "s";
        table.append(String.format(format, row.get(i)));
      }
      table.append('\n');
    }
    return table.toString();
  }

  private static List<String> cells(EpochResult r) {
    return List.of(
        r.source(),
        String.valueOf(r.epoch()),
        number("%.1f", r.seconds()),
        number("%.0f", r.imagesPerSecond()),
        number("%.0f %%", 100 * r.waitingShare()),
        String.valueOf(r.storeRequests()),
        new DataSize(r.storeBytes()).toString(),
        r.source().equals(Quickstart.FOREBAY) ? number("%.1f %%", 100 * r.hitRatio()) : "-",
        number("%.3f", r.loss()));
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

  void writeHtml(Path file) throws IOException {
    String page;
    try (InputStream template = Report.class.getResourceAsStream("report.html")) {
      page = new String(template.readAllBytes(), StandardCharsets.UTF_8);
    }
    StringBuilder summary = new StringBuilder();
    summary().forEach(line -> summary.append("<p>").append(line).append("</p>\n"));
    Files.writeString(
        file,
        page.replace("{{summary}}", summary)
            .replace("{{setting}}", setting())
            .replace("{{chart}}", chart())
            .replace("{{table}}", htmlTable()));
  }

  String setting() {
    return String.format(
        Locale.ROOT,
        "%,d JPEGs of %d x %d pixels in %d classes; batches of %d, %d loader threads. The bucket:"
            + " %d ms to the first byte, %s/s a connection, %s/s in total. Two cache servers. %s.",
        settings.images,
        settings.pixels,
        settings.pixels,
        Images.CLASSES,
        settings.batch,
        settings.loaders,
        settings.firstByte.toMillis(),
        settings.perConnection,
        settings.inTotal,
        machine);
  }

  private String htmlTable() {
    StringBuilder html = new StringBuilder("<table>\n<tr>");
    COLUMNS.forEach(c -> html.append("<th>").append(c).append("</th>"));
    html.append("</tr>\n");
    for (EpochResult result : results) {
      html.append("<tr>");
      cells(result).forEach(c -> html.append("<td>").append(c).append("</td>"));
      html.append("</tr>\n");
    }
    return html.append("</table>").toString();
  }

  /** One bar for each epoch: its length is the speed. */
  private String chart() {
    double most = results.stream().mapToDouble(EpochResult::imagesPerSecond).max().orElse(1);
    int height = results.size() * (BAR_HEIGHT + 8) + 10;
    StringBuilder svg =
        new StringBuilder(
            String.format(
                "<svg viewBox='0 0 880 %d' role='img' aria-label='images per second'>%n", height));
    int y = 5;
    for (EpochResult r : results) {
      double width = BAR_WIDTH * r.imagesPerSecond() / most;
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x='175' y='%d' text-anchor='end'>%s, epoch %d</text>"
                  + "<rect class='%s' x='185' y='%d' width='%.1f' height='%d'/>"
                  + "<text x='%.1f' y='%d'>%.0f/s, %.0f %% waiting</text>%n",
              y + 16,
              r.source(),
              r.epoch(),
              r.source().replace(' ', '-'),
              y,
              width,
              BAR_HEIGHT,
              193 + width,
              y + 16,
              r.imagesPerSecond(),
              100 * r.waitingShare()));
      y += BAR_HEIGHT + 8;
    }
    return svg.append("</svg>").toString();
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
