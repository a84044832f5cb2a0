package io.forebay.samples.quickstart;

import ai.djl.translate.TranslateException;
import io.forebay.Forebay;
import io.forebay.dataset.folder.FileSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Trains with DJL in this process, whose reads through Forebay are the SDK's. */
final class DjlTrainer implements Trainer {

  private final Settings settings;
  private final Bucket bucket;
  private final FileSource local;
  private final OssFiles oss;
  private final Forebay forebay;

  /**
   * @param images on local disk
   * @param node directory of this node's cache server
   */
  DjlTrainer(Settings settings, Bucket bucket, Path images, Path node)
      throws IOException, TranslateException {
    this.settings = settings;
    this.bucket = bucket;
    this.local = new LocalFiles(images);
    // Loads the engine and lets the JIT compile what all three share; not measured.
    int some = Math.min(2_000, settings.images);
    try (TrainingJob warmUp = job("warming up", local, some, settings.seed)) {
      warmUp.next();
    }
    this.oss = new OssFiles(bucket.server().endpoint(), Bucket.KEY_ID, bucket.secret());
    this.forebay = Forebay.connect(node);
  }

  @Override
  public Training from(String source) throws IOException, TranslateException {
    FileSource files =
        switch (source) {
          case Quickstart.DIRECT -> oss;
          case Quickstart.FOREBAY -> FileSource.of(forebay.dataSet(Bucket.DATA_SET));
          default -> local;
        };
    List<TrainingJob> jobs = new ArrayList<>();
    for (int i = 0; i < settings.trainers; i++) {
      jobs.add(job(source, files, settings.images, settings.seed + i));
    }
    return jobs.size() == 1 ? jobs.get(0) : new Together(jobs, bucket.server().traffic());
  }

  private TrainingJob job(String name, FileSource source, int limit, long seed)
      throws IOException, TranslateException {
    return new TrainingJob(name, source, settings, bucket.server().traffic(), limit, seed);
  }

  @Override
  public void close() throws IOException {
    forebay.close();
    oss.close();
  }
}
