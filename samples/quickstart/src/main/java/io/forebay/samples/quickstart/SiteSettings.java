package io.forebay.samples.quickstart;

import io.forebay.config.DataSize;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** What can be set of a {@link Site}, and of the page about it. */
class SiteSettings {

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Images to generate and train on (default: ${DEFAULT-VALUE}).")
  int images;

  @Option(
      names = "--pixels",
      paramLabel = "N",
      defaultValue = "160",
      description = "Width and height of an image (default: ${DEFAULT-VALUE}).")
  int pixels;

  @Option(
      names = "--cache",
      paramLabel = "PERCENT",
      defaultValue = "0",
      description =
          "How much of the images the cache servers hold together, in percent (default: all).")
  int cache;

  @Option(
      names = "--first-byte",
      paramLabel = "MILLIS",
      defaultValue = "25",
      converter = Millis.class,
      description = "The bucket's time to first byte, in ms (default: ${DEFAULT-VALUE}).")
  Duration firstByte;

  @Option(
      names = "--per-connection",
      paramLabel = "SIZE",
      defaultValue = "50MB",
      converter = Size.class,
      description = "The bucket's bytes per second and connection (default: ${DEFAULT-VALUE}).")
  DataSize perConnection;

  @Option(
      names = "--in-total",
      paramLabel = "SIZE",
      defaultValue = "400MB",
      converter = Size.class,
      description = "The bucket's bytes per second in total (default: ${DEFAULT-VALUE}).")
  DataSize inTotal;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the images, the shuffles and the weights (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "The page to write (default: the command's name and .html).")
  Path html;

  static final class Size implements ITypeConverter<DataSize> {
    @Override
    public DataSize convert(String text) {
      return DataSize.parse(text);
    }
  }

  static final class Millis implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return Duration.ofMillis(Long.parseLong(text));
    }
  }

  /** Refuses what cannot work, by the option's name. */
  void check() {
    least("--images", images, 10);
    least("--pixels", pixels, 16);
    least("--cache", cache, 0);
  }

  static void least(String option, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(option + " must be at least " + least + ", got " + value);
    }
  }
}
