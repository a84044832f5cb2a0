package io.forebay.samples.quickstart;

import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.dataset.epoch.EpochOrder;
import io.forebay.dataset.folder.FileSource;
import io.forebay.dataset.prefetch.ProgressListener;
import io.forebay.dataset.prefetch.ReadPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;

/**
 * Has cache servers fetch other files before anything is measured. On a cluster they run for weeks;
 * here they have just started, and would compile their code during the first epoch, on the cores
 * that train.
 */
final class WarmUp {

  private static final int TOGETHER = 32;

  private WarmUp() {}

  /**
   * Reads all files of {@link Bucket#OTHERS} as a training would.
   *
   * @param node directory of the server that they are read through
   */
  static void run(Path node) throws IOException {
    try (Forebay forebay = Forebay.connect(node)) {
      FileSource source = FileSource.of(forebay.dataSet(Bucket.OTHERS));
      List<FileStatus> files = source.walk("");
      ReadPlan plan = ReadPlan.epochs(files, 1, epoch -> EpochOrder.sequential(files.size()));
      try (ProgressBar bar = Progress.bar("warming up the servers", files.size());
          ProgressListener follower = source.follow(plan, 0)) {
        for (int at = 0; at < files.size(); at += TOGETHER) {
          follower.reached(at);
          List<FileStatus> some = files.subList(at, Math.min(at + TOGETHER, files.size()));
          source.readAll(some.stream().map(FileStatus::path).toList(), (path, bytes) -> bar.step());
        }
      }
    }
  }

  /** Has a server forget what it fetched for that. */
  static void forget(Path node) throws IOException {
    ForebayProcess.run(
        node.resolve("drop.log"), List.of("drop", "--node", node.toString(), Bucket.OTHERS));
  }
}
