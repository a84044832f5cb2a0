package io.forebay.samples.quickstart;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What can be set of trainings. */
final class Settings extends SiteSettings {

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
      names = "--trainers",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Trainings of the same images at once, each in an order of its own"
              + " (default: ${DEFAULT-VALUE}).")
  int trainers;

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

  @Override
  void check() {
    super.check();
    least("--epochs", epochs, 1);
    least("--batch", batch, 1);
    least("--loaders", loaders, 1);
    least("--trainers", trainers, 1);
    if (python != null && trainers > 1) {
      throw new IllegalArgumentException("--trainers is for DJL; leave out --python");
    }
  }
}
