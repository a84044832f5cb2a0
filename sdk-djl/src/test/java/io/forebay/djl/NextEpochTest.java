package io.forebay.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import io.forebay.FileStatus;
import io.forebay.dataset.folder.FileSource;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class NextEpochTest {

  private static final int IMAGES = 12;
  private static final int BATCH = 3;

  private final ExecutorService loaders = Executors.newFixedThreadPool(2);
  private final Counted source = new Counted();

  @AfterEach
  void stop() {
    loaders.shutdownNow();
  }

  /** The same image in classes of one, and how many were read. */
  private static final class Counted implements FileSource {

    private final Semaphore reads = new Semaphore(0);

    @Override
    public List<FileStatus> walk(String directory) {
      return IntStream.range(0, IMAGES)
          .mapToObj(i -> FileStatus.file(String.format("class-%02d/1.png", i), 1, 0, ""))
          .toList();
    }

    @Override
    public ByteBuffer read(String path) throws IOException {
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      ImageIO.write(new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB), "png", png);
      reads.release();
      return ByteBuffer.wrap(png.toByteArray());
    }
  }

  private ImageFolder images(int epochs) throws Exception {
    ImageFolder images =
        ImageFolder.builder(source)
            .setSampling(EpochSampler.shuffled(BATCH, 7).epochs(epochs).build())
            .optPrefetchNumber(2)
            .build();
    images.prepare();
    return images;
  }

  private static List<Long> labels(Iterable<Batch> batches) {
    List<Long> labels = new ArrayList<>();
    for (Batch batch : batches) {
      for (long label : batch.getLabels().get(0).toLongArray()) {
        labels.add(label);
      }
      batch.close();
    }
    return labels;
  }

  /** The labels of the first epochs, without loaders. */
  private List<List<Long>> expected(int epochs, NDManager manager) throws Exception {
    List<List<Long>> labels = new ArrayList<>();
    try (ImageFolder images = images(epochs)) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        labels.add(labels(images.getData(manager)));
      }
    }
    source.reads.drainPermits();
    return labels;
  }

  @Test
  void loadersBeginTheNextEpochBeforeItIsAskedFor() throws Exception {
    try (NDManager manager = NDManager.newBaseManager();
        ImageFolder images = images(2)) {
      List<List<Long>> expected = expected(2, manager);
      assertThat(labels(images.getData(manager, loaders))).isEqualTo(expected.get(0));
      // Two batches are made ahead.
      assertThat(source.reads.tryAcquire(IMAGES + 2 * BATCH, 1, TimeUnit.MINUTES)).isTrue();
      assertThat(labels(images.getData(manager, loaders))).isEqualTo(expected.get(1));
    }
  }

  @Test
  void nothingIsReadAheadOfTheLastEpochsEnd() throws Exception {
    try (NDManager manager = NDManager.newBaseManager();
        ImageFolder images = images(1)) {
      labels(images.getData(manager, loaders));
      loaders.shutdown();
      assertThat(loaders.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
      assertThat(source.reads.availablePermits()).isEqualTo(IMAGES);
    }
  }

  @RepeatedTest(20) // a loader may or may not be at work when a manager is closed
  void anEpochForAnotherManagerOrBrokenOffKeepsTheOrder() throws Exception {
    try (NDManager base = NDManager.newBaseManager();
        ImageFolder images = images(5)) {
      List<List<Long>> expected = expected(5, base);
      for (int epoch = 0; epoch < 3; epoch++) {
        try (NDManager manager = base.newSubManager()) {
          assertThat(labels(images.getData(manager, loaders))).isEqualTo(expected.get(epoch));
        }
      }
      images.getData(base, loaders).iterator().next().close();
      assertThat(labels(images.getData(base, loaders))).isEqualTo(expected.get(4));
    }
  }

  @Test
  void anEpochInAnyOrderMayBeBrokenOff() throws Exception {
    try (ImageFolder images =
        ImageFolder.builder(source).setSampling(BATCH, true).optPrefetchNumber(2).build()) {
      for (int time = 0; time < 20; time++) {
        try (NDManager manager = NDManager.newBaseManager()) {
          images.getData(manager, loaders).iterator().next().close();
        }
      }
    }
  }

  @Test
  void whatWasMadeOfAnEpochThatIsNotAskedForIsFreed() throws Exception {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDManager all = manager.getParentManager();
      int before = all.getManagedArrays().size();
      try (ImageFolder images = images(2)) {
        labels(images.getData(manager, loaders));
        assertThat(source.reads.tryAcquire(IMAGES + 2 * BATCH, 1, TimeUnit.MINUTES)).isTrue();
      }
      assertThat(all.getManagedArrays()).hasSize(before);
    }
  }
}
