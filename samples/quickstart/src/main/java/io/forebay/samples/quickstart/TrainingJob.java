package io.forebay.samples.quickstart;

import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.EvaluatorTrainingListener;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import io.forebay.dataset.folder.FileSource;
import io.forebay.djl.DataStall;
import io.forebay.djl.EpochSampler;
import io.forebay.djl.ImageFolder;
import io.forebay.samples.oss.Traffic;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import me.tongfei.progressbar.ProgressBar;

/**
 * A small CNN trained with DJL from one source, epoch by epoch. The same code, loader threads and
 * shuffle for every source.
 */
final class TrainingJob implements Training {

  private static final Lock COMPUTING = new ReentrantLock();

  private final String name;
  private final Traffic traffic;
  private final int loaderThreads;
  private final ExecutorService loaders;
  private final Model model;
  private final ImageFolder images;
  private final DataStall stall = new DataStall();
  private final Trainer trainer;
  private int epoch;

  /**
   * @param name what the source is called in progress bars and tables
   * @param traffic counts what reaches the bucket
   * @param limit the most images of an epoch
   * @param seed of the order of images and of the weights
   */
  TrainingJob(
      String name, FileSource source, Settings settings, Traffic traffic, int limit, long seed)
      throws IOException, TranslateException {
    this.name = name;
    this.traffic = traffic;
    loaderThreads = settings.loaders;
    loaders = Executors.newFixedThreadPool(loaderThreads);
    model = Model.newInstance("quickstart", "PyTorch");
    model.setBlock(Networks.small());
    images =
        ImageFolder.builder(source)
            .setSampling(
                EpochSampler.shuffled(settings.batch, seed).epochs(settings.epochs).build())
            .optPrefetchNumber(2 * settings.loaders)
            .optLimit(limit)
            .optStall(stall)
            .build();
    images.prepare();
    trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(
                    Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.002f)).build())
                .optExecutorService(loaders)
                .addTrainingListeners(new EvaluatorTrainingListener()));
    trainer.getManager().getEngine().setRandomSeed((int) seed);
    trainer.initialize(new Shape(1, 3, settings.pixels, settings.pixels));
  }

  @Override
  public EpochResult next() throws IOException, TranslateException {
    epoch++;
    Traffic.Counts before = traffic.counts();
    long start = System.nanoTime();
    int trained = 0;
    try (ProgressBar bar = Progress.bar(name + ", epoch " + epoch, images.size())) {
      for (Batch batch : trainer.iterateDataset(images)) {
        try (batch) {
          COMPUTING.lock(); // EasyTrain's collector of gradients, of which a process has one
          try {
            EasyTrain.trainBatch(trainer, batch);
            trainer.step();
          } finally {
            COMPUTING.unlock();
          }
          trained += batch.getSize();
          bar.stepTo(trained);
        }
      }
    }
    finishBegun();
    double seconds = (System.nanoTime() - start) / 1e9;
    trainer.notifyListeners((TrainingListener listener) -> listener.onEpoch(trainer));
    Traffic.Counts reached = traffic.counts().since(before);
    return new EpochResult(
        name,
        epoch,
        trained,
        seconds,
        stall.seconds(),
        reached.of("GET"),
        reached.objectBytes(),
        trainer.getTrainingResult().getTrainLoss());
  }

  /**
   * Waits for the batches of the next epoch that loaders have begun: they are neither to disturb
   * the turn of another source, nor to be counted with it.
   */
  private void finishBegun() {
    Phaser idle = new Phaser(loaderThreads + 1);
    for (int i = 0; i < loaderThreads; i++) {
      loaders.execute(idle::arriveAndAwaitAdvance); // each takes a thread
    }
    idle.arriveAndAwaitAdvance();
  }

  @Override
  public void close() {
    images.close();
    trainer.close();
    model.close();
    loaders.shutdownNow();
  }
}
