package io.forebay.samples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Trains with PyTorch in processes of their own, whose reads through Forebay are a mount's. */
final class PyTorchTrainer implements Trainer {

  private final Settings settings;
  private final Bucket bucket;
  private final Path images;
  private final ForebayProcess mount;
  private final Path point;

  /**
   * @param images on local disk
   * @param node directory of this node's cache server
   * @param point directory to be made and mounted on
   * @throws IOException when the data set cannot be mounted
   */
  PyTorchTrainer(Settings settings, Bucket bucket, Path images, Path node, Path point)
      throws IOException {
    this.settings = settings;
    this.bucket = bucket;
    this.images = images;
    this.point = Files.createDirectory(point);
    // Which also tells how large the data set is, so that the mount chooses what is best for it.
    ForebayProcess.run(
        node.resolveSibling("snapshot.log"),
        List.of("snapshot", "create", "--node", node.toString(), Bucket.DATA_SET));
    this.mount =
        ForebayProcess.start(
            "the mount",
            node.resolveSibling("mount.log"),
            " is mounted on ",
            List.of("mount", "--node", node.toString(), Bucket.DATA_SET, point.toString()));
  }

  @Override
  public Training from(String source) throws IOException {
    List<String> arguments = new ArrayList<>();
    switch (source) {
      case Quickstart.DIRECT ->
          arguments.addAll(List.of("--bucket", bucket.server().endpoint(), Bucket.NAME));
      case Quickstart.FOREBAY -> arguments.addAll(List.of("--folder", point.toString(), "--mount"));
      default -> arguments.addAll(List.of("--folder", images.toString()));
    }
    return new PyTorchJob(source, arguments, settings, bucket);
  }

  @Override
  public void close() {
    mount.close();
  }
}
