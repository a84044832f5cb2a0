package io.forebay.djl;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Model;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Record;
import ai.djl.training.loss.Loss;
import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.control.CacheControl;
import io.forebay.dataset.epoch.Rank;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardFolderTest {

  private static final int SHARDS = 6;
  private static final int SAMPLES = 5;
  private static final SampleDecoder IMAGES = SampleDecoder.images("png", "cls");

  @TempDir Path directory;
  private Path data;
  private Forebay forebay;
  private DataSet dataSet;

  @BeforeEach
  void open() throws IOException {
    data = Files.createDirectory(directory.resolve("data"));
    forebay = Forebay.embedded(directory.resolve("cache"));
    dataSet = forebay.dataSet(data.toUri().toString());
  }

  @AfterEach
  void close() throws IOException {
    forebay.close();
  }

  private static byte[] png() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(8, 6, BufferedImage.TYPE_INT_RGB), "png", out);
    return out.toByteArray();
  }

  /** Shards whose samples are labelled with their numbers. */
  private void writeTars() throws IOException {
    for (int shard = 0; shard < SHARDS; shard++) {
      writeTar("train/" + shard + ".tar", shard * SAMPLES, png());
    }
  }

  private void writeTar(String path, int first, byte[] image) throws IOException {
    Files.createDirectories(data.resolve(path).getParent());
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(Files.newOutputStream(data.resolve(path)))) {
      for (int i = first; i < first + SAMPLES; i++) {
        entry(tar, i + ".png", image);
        entry(tar, i + ".cls", (i + "\n").getBytes(US_ASCII));
      }
    }
  }

  private static void entry(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private List<Long> labels(EpochSampler order, int epochs) throws Exception {
    List<Long> labels = new ArrayList<>();
    try (ShardFolder samples =
            ShardFolder.builder(dataSet, IMAGES).optRoot("train").setSampling(order).build();
        NDManager manager = NDManager.newBaseManager()) {
      samples.prepare();
      for (int epoch = 0; epoch < epochs; epoch++) {
        for (Batch batch : samples.getData(manager)) {
          assertThat(batch.getData().get(0).getShape().slice(1)).isEqualTo(new Shape(6, 8, 3));
          LongStream.of(batch.getLabels().get(0).toLongArray()).forEach(labels::add);
          batch.close();
        }
      }
    }
    return labels;
  }

  @Test
  void shardsComeOneAfterTheOtherAndEachSampleOnceAnEpoch() throws Exception {
    writeTars();
    List<Long> read = labels(EpochSampler.shardByShard(SAMPLES, 7, 1).build(), 2);
    List<Long> all = LongStream.range(0, SHARDS * SAMPLES).boxed().toList();
    assertThat(read.subList(0, all.size())).containsExactlyInAnyOrderElementsOf(all);
    assertThat(read.subList(all.size(), read.size())).containsExactlyInAnyOrderElementsOf(all);
    assertThat(read.subList(all.size(), read.size())).isNotEqualTo(read.subList(0, all.size()));
    for (int at = 0; at < read.size(); at += SAMPLES) {
      assertThat(
              new HashSet<>(
                  read.subList(at, at + SAMPLES).stream().map(label -> label / SAMPLES).toList()))
          .hasSize(1);
    }
  }

  @Test
  void ranksShareTheSamplesAndAnEpochGoesOnWhereItWasLeft() throws Exception {
    writeTars();
    List<Long> both = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      both.addAll(
          labels(EpochSampler.shardByShard(4, 7, 2).rank(new Rank(rank, 2)).epochs(1).build(), 1));
    }
    assertThat(both)
        .containsExactlyInAnyOrderElementsOf(
            LongStream.range(0, SHARDS * SAMPLES).boxed().toList());
    List<Long> whole = labels(EpochSampler.shardByShard(4, 7, 2).build(), 2);
    assertThat(labels(EpochSampler.shardByShard(4, 7, 2).from(1, 12).build(), 1))
        .isEqualTo(whole.subList(SHARDS * SAMPLES + 12, whole.size()));
  }

  @Test
  void theShardsOfAnEpochAreFetchedBeforeTheirSamplesAreAskedFor() throws Exception {
    writeTars();
    try (ShardFolder samples =
            ShardFolder.builder(dataSet, IMAGES)
                .setSampling(EpochSampler.shardByShard(1, 7, 1).build())
                .build();
        NDManager manager = NDManager.newBaseManager()) {
      samples.prepare();
      samples.getData(manager).iterator().next().close();
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      for (int shard = 0; shard < SHARDS; shard++) {
        while (CacheControl.of(dataSet)
            .resident(dataSet.stat("train/" + shard + ".tar"))
            .isEmpty()) {
          assertThat(System.nanoTime()).as("shard %d arrives", shard).isLessThan(deadline);
          Thread.onSpinWait();
        }
      }
    }
  }

  @Test
  void easyTrainFitsARecordFileAndIsToldHowLongItWaited() throws Exception {
    Files.createDirectories(data.resolve("records"));
    try (OutputStream out = Files.newOutputStream(data.resolve("records/0.tfrecord"))) {
      for (int i = 0; i < 40; i++) {
        ByteBuffer record = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        out.write(framed(record.putFloat(i % 2).putFloat(3 + i % 2).array()));
      }
    }
    DataStall stall = new DataStall();
    ExecutorService loaders = Executors.newFixedThreadPool(2);
    try (Model model = Model.newInstance("line", "PyTorch");
        ShardFolder samples =
            ShardFolder.builder(dataSet, ShardFolderTest::twoFloats)
                .setSampling(EpochSampler.shuffled(8, 1).build())
                .optStall(stall)
                .build()) {
      model.setBlock(
          new SequentialBlock()
              .add(Blocks.batchFlattenBlock())
              .add(Linear.builder().setUnits(1).build()));
      try (Trainer trainer =
          model.newTrainer(
              new DefaultTrainingConfig(Loss.l2Loss())
                  .optExecutorService(loaders)
                  .addTrainingListeners(stall))) {
        trainer.setMetrics(new Metrics());
        trainer.initialize(new Shape(1, 1));
        EasyTrain.fit(trainer, 3, samples, null);
        assertThat(trainer.getMetrics().getMetric(DataStall.METRIC)).hasSize(3);
        assertThat(stall.share()).isBetween(0.0, 1.0);
        assertThat(stall.seconds()).isPositive();
      }
    } finally {
      loaders.shutdownNow();
    }
  }

  private static Record twoFloats(NDManager manager, String name, Map<String, ByteBuffer> parts) {
    ByteBuffer record = parts.get("").order(ByteOrder.LITTLE_ENDIAN);
    return new Record(
        new NDList(manager.create(new float[] {record.getFloat(0)})),
        new NDList(manager.create(new float[] {record.getFloat(4)})));
  }

  /** A record as TensorFlow's documentation of TFRecord has it. */
  private static byte[] framed(byte[] content) {
    ByteBuffer framed = ByteBuffer.allocate(content.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    framed.putLong(content.length).putInt(masked(framed.array(), 0, 8)).put(content);
    return framed.putInt(masked(framed.array(), 12, content.length)).array();
  }

  private static int masked(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  @Test
  void whatIsNotAsItShouldBeIsNamed() throws Exception {
    writeTar("train/bad.tar", 0, "no image".getBytes(US_ASCII));
    try (NDManager manager = NDManager.newBaseManager();
        ShardFolder broken = ShardFolder.builder(dataSet, IMAGES).setSampling(1, false).build();
        ShardFolder elsewhere =
            ShardFolder.builder(dataSet, SampleDecoder.images("jpg", "cls"))
                .setSampling(1, false)
                .build()) {
      assertThatThrownBy(broken::size).hasMessageContaining("prepare");
      broken.prepare();
      elsewhere.prepare();
      assertThatThrownBy(() -> broken.get(manager, 3)).hasMessageContaining("train/bad.tar: 3.png");
      assertThatThrownBy(() -> elsewhere.get(manager, 3))
          .hasMessageContaining("train/bad.tar: 3")
          .hasMessageContaining("jpg")
          .hasMessageContaining("png");
    }
    Files.createDirectory(data.resolve("empty"));
    Files.write(data.resolve("empty/readme.txt"), new byte[1]);
    ShardFolder none =
        ShardFolder.builder(dataSet, IMAGES).optRoot("empty").setSampling(1, false).build();
    assertThatThrownBy(none::prepare)
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(".tar");
    ImageFolder folder =
        ImageFolder.builder(dataSet)
            .setSampling(EpochSampler.shardByShard(1, 1, 1).build())
            .build();
    folder.prepare();
    try (NDManager manager = NDManager.newBaseManager()) {
      assertThatThrownBy(() -> folder.getData(manager)).hasMessageContaining("ShardFolder");
    }
  }
}
