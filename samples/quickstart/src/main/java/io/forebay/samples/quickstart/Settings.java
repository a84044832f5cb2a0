package io.forebay.samples.quickstart;

import io.forebay.config.DataSize;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** What can be set on the command line. */
final class Settings {

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
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "3",
      description = "Epochs of each training (default: ${DEFAULT-VALUE}).")
  int epochs;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "32",
      description = "Images in a batch (default: ${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--loaders",
      paramLabel = "N",
      defaultValue = "4",
      description = "Threads that load images (default: ${DEFAULT-VALUE}).")
  int loaders;

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
      defaultValue = "quickstart.html",
      description = "The page to write (default: ${DEFAULT-VALUE}).")
  Path html;

  @Option(
      names = "--python",
      paramLabel = "FILE",
      description =
          "Trains with the PyTorch of this interpreter through a mount, instead of with DJL; see"
              + " samples/pytorch/run, which installs one.")
  Path python;

  @Option(
      names = "--python-sample",
      paramLabel = "DIRECTORY",
      defaultValue = "samples/pytorch",
      description = "Where train.py is (default: ${DEFAULT-VALUE}).")
  Path pythonSample;

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
    least("--epochs", epochs, 1);
    least("--batch", batch, 1);
    least("--loaders", loaders, 1);
  }

  private static void least(String option, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(option + " must be at least " + least + ", got " + value);
    }
  }
}
