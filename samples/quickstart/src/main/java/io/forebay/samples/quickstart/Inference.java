package io.forebay.samples.quickstart;

import ai.djl.translate.TranslateException;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.dataset.epoch.EpochOrder;
import io.forebay.dataset.folder.FileSource;
import io.forebay.dataset.prefetch.ProgressListener;
import io.forebay.dataset.prefetch.ReadPlan;
import io.forebay.samples.oss.Traffic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Classes images one by one, from a bucket directly, through Forebay, and from local disk. */
@Command(
    name = "forebay inference",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    sortOptions = false,
    description = {
      "Starts the quickstart's bucket and cache servers, and asks a small and a large network for"
          + " the class of each image, one after another. Compares how long an answer takes when"
          + " the image is read from OSS directly, through Forebay, and from local disk. Prints a"
          + " table and writes a page with a chart."
    },
    footer = {
      "",
      "Examples:",
      "  ./forebay inference                    the whole comparison, about half an hour",
      "  ./forebay inference --images 1000      the same in small",
      "  ./forebay inference --first-byte 60    a bucket farther away"
    })
public final class Inference implements Callable<Integer> {

  private static final String FIRST = "Forebay, first time";
  private static final int TURN = 100;
  private static final int WARM_UP = 200;

  @Mixin private final SiteSettings settings = new SiteSettings();

  private Inference() {}

  public static void main(String[] arguments) {
    Quickstart.run(new Inference(), arguments);
  }

  @Override
  public Integer call() throws Exception {
    settings.check();
    try (Site site = Site.open(settings);
        OssFiles oss =
            new OssFiles(site.bucket().server().endpoint(), Bucket.KEY_ID, site.bucket().secret());
        Forebay forebay = Forebay.connect(site.node());
        Classifier small = new Classifier("small", Networks.small(), settings.pixels);
        Classifier large = new Classifier("large", Networks.large(), settings.pixels)) {
      FileSource local = new LocalFiles(site.images());
      FileSource cached = FileSource.of(forebay.dataSet(Bucket.DATA_SET));
      List<FileStatus> files = new ArrayList<>(cached.walk(""));
      files.sort(Comparator.comparing(FileStatus::path));
      Run run = new Run(files, site.bucket().server().traffic());
      for (Classifier each : List.of(small, large)) {
        run.ask(each, local, 0, Math.min(WARM_UP, files.size()), new Latencies("", "", WARM_UP));
      }
      List<Latencies> results = new ArrayList<>();
      results.add(run.firstTime(small, cached));
      Map<String, FileSource> sources = new LinkedHashMap<>();
      sources.put(Quickstart.DIRECT, oss);
      sources.put(Quickstart.FOREBAY, cached);
      sources.put(Quickstart.LOCAL, local);
      results.addAll(run.byTurns(small, sources));
      results.addAll(run.byTurns(large, sources));
      page(results, site.describe())
          .print(settings.html == null ? Path.of("inference.html") : settings.html);
    }
    return 0;
  }

  /** All images, in a random order. */
  private final class Run {

    private final List<FileStatus> files;
    private final EpochOrder order;
    private final Traffic traffic;

    Run(List<FileStatus> files, Traffic traffic) {
      this.files = files;
      this.order = EpochOrder.shuffled(files.size(), settings.seed, 0);
      this.traffic = traffic;
    }

    void ask(Classifier classifier, FileSource source, int from, int to, Latencies times)
        throws IOException, TranslateException {
      for (int i = from; i < to; i++) {
        String path = files.get((int) order.sample(i)).path();
        long begun = System.nanoTime();
        ByteBuffer image = source.read(path);
        long read = System.nanoTime();
        classifier.classOf(image);
        times.add(read - begun, System.nanoTime() - begun);
      }
    }

    private long storeRequests() {
      return traffic.counts().of("GET");
    }

    /** With an empty cache; what will be asked for is known, and fetched ahead. */
    Latencies firstTime(Classifier classifier, FileSource source)
        throws IOException, TranslateException {
      Latencies times = new Latencies(classifier.name(), FIRST, files.size());
      long before = storeRequests();
      try (ProgressBar bar = Progress.bar(FIRST + ", " + classifier.name(), files.size());
          ProgressListener follower = source.follow(ReadPlan.epochs(files, 1, epoch -> order), 0)) {
        for (int at = 0; at < files.size(); at++) {
          follower.reached(at);
          ask(classifier, source, at, at + 1, times);
          bar.step();
        }
      }
      times.reachedStore(storeRequests() - before);
      return times;
    }

    /** Turn by turn, so that whatever else the machine does meets all sources. */
    List<Latencies> byTurns(Classifier classifier, Map<String, FileSource> sources)
        throws IOException, TranslateException {
      Map<String, Latencies> times = new LinkedHashMap<>();
      sources
          .keySet()
          .forEach(name -> times.put(name, new Latencies(classifier.name(), name, files.size())));
      try (ProgressBar bar =
          Progress.bar(classifier.name() + " network", (long) sources.size() * files.size())) {
        for (int from = 0; from < files.size(); from += TURN) {
          int to = Math.min(files.size(), from + TURN);
          for (Map.Entry<String, FileSource> source : sources.entrySet()) {
            long before = storeRequests();
            ask(classifier, source.getValue(), from, to, times.get(source.getKey()));
            times.get(source.getKey()).reachedStore(storeRequests() - before);
            bar.stepBy(to - from);
          }
        }
      }
      return List.copyOf(times.values());
    }
  }

  static Page page(List<Latencies> results, String setting) {
    return new Page(
        "An image's class, read from three places",
        List.of(summary(results, "small"), summary(results, "large")),
        "Median time to an answer",
        results.stream()
            .map(
                r ->
                    new Bar(
                        r.source().equals(FIRST) ? Quickstart.FOREBAY : r.source(),
                        r.model() + ": " + r.source(),
                        r.millis(0.5),
                        Table.number("%.1f ms", r.millis(0.5))
                            + Table.number(", %.1f of them to read", r.medianReadMillis())))
            .toList(),
        new Table(
            List.of("network", "source", "median ms", "of it reading", "99 % ms", "store requests"),
            results.stream()
                .map(
                    r ->
                        List.of(
                            r.model(),
                            r.source(),
                            Table.number("%.1f", r.millis(0.5)),
                            Table.number("%.1f", r.medianReadMillis()),
                            Table.number("%.1f", r.millis(0.99)),
                            String.valueOf(r.storeRequests())))
                .toList()),
        "An answer takes from asking for the image until its class is known: reading, decoding,"
            + " computing. The first time the cache is empty, and images are fetched ahead, for"
            + " their order is known. Store requests are what reached the bucket.",
        setting);
  }

  private static String summary(List<Latencies> results, String model) {
    double direct = median(results, model, Quickstart.DIRECT);
    double cached = median(results, model, Quickstart.FOREBAY);
    return String.format(
        Locale.ROOT,
        "The %s network answers in %.1f ms through Forebay and %.1f ms from OSS directly: %.0f %%"
            + " less. From local disk it takes %.1f ms.",
        model,
        cached,
        direct,
        100 * (1 - cached / direct),
        median(results, model, Quickstart.LOCAL));
  }

  private static double median(List<Latencies> results, String model, String source) {
    return results.stream()
        .filter(r -> r.model().equals(model) && r.source().equals(source))
        .findFirst()
        .orElseThrow()
        .millis(0.5);
  }
}
