package io.forebay.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.dataset.epoch.Rank;
import io.forebay.dataset.folder.FileSource;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

  @TempDir Path directory;

  private void image(String path, int rgb) throws IOException {
    BufferedImage image = new BufferedImage(8, 6, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < 8; x++) {
      for (int y = 0; y < 6; y++) {
        image.setRGB(x, y, rgb);
      }
    }
    Path file = directory.resolve("files").resolve(path);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  @Test
  void batchesHaveImagesAndLabels() throws Exception {
    image("black/1.png", 0x000000);
    image("black/2.png", 0x000000);
    image("white/1.png", 0xffffff);
    image("white/2.png", 0xffffff);
    ExecutorService loaders = Executors.newFixedThreadPool(2);
    try (Forebay forebay = Forebay.embedded(directory.resolve("cache"));
        NDManager manager = NDManager.newBaseManager()) {
      ImageFolder images =
          ImageFolder.builder(forebay.dataSet(directory.resolve("files").toUri().toString()))
              .setSampling(2, false)
              .build();
      images.prepare();
      assertThat(images.classes()).containsExactly("black", "white");
      assertThat(images.size()).isEqualTo(4);
      int label = 0;
      for (Batch batch : images.getData(manager, loaders)) {
        assertThat(batch.getData().get(0).getShape()).isEqualTo(new Shape(2, 3, 6, 8));
        assertThat(batch.getLabels().get(0).toLongArray()).containsExactly(label, label);
        assertThat(batch.getData().get(0).mean().getFloat()).isEqualTo((float) label);
        batch.close();
        label++;
      }
      assertThat(label).isEqualTo(2);
    } finally {
      loaders.shutdownNow();
    }
  }

  @Test
  void anEpochSamplerReadsEachImageOnceAnEpochAndGoesOnWhereItWasLeft() throws Exception {
    for (int i = 0; i < 10; i++) {
      image("class-" + i + "/1.png", 0x808080);
    }
    try (Forebay forebay = Forebay.embedded(directory.resolve("cache"));
        NDManager manager = NDManager.newBaseManager()) {
      DataSet dataSet = forebay.dataSet(directory.resolve("files").toUri().toString());
      List<Long> all = labels(dataSet, manager, EpochSampler.shuffled(4, 7), 2);
      assertThat(all.subList(0, 10))
          .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 10).boxed().toList());
      assertThat(all.subList(10, 20)).containsExactlyInAnyOrderElementsOf(all.subList(0, 10));
      assertThat(all.subList(10, 20)).isNotEqualTo(all.subList(0, 10));
      assertThat(labels(dataSet, manager, EpochSampler.shuffled(4, 7).from(1, 4), 1))
          .isEqualTo(all.subList(14, 20));
      List<Long> ranks = new ArrayList<>();
      for (int rank = 0; rank < 2; rank++) {
        ranks.addAll(
            labels(dataSet, manager, EpochSampler.shuffled(4, 7).rank(new Rank(rank, 2)), 1));
      }
      assertThat(ranks).containsExactlyInAnyOrderElementsOf(all.subList(0, 10));
      assertThat(labels(dataSet, manager, EpochSampler.shuffled(4, 7).dropLast(), 1)).hasSize(8);
    }
  }

  @Test
  void ranksReadWhatLiesOnTheirOwnNodes() throws Exception {
    for (int i = 0; i < 12; i++) {
      image(String.format("class-%02d/1.png", i), 0x808080);
    }
    try (Forebay forebay = Forebay.embedded(directory.resolve("cache"));
        NDManager manager = NDManager.newBaseManager()) {
      DataSet dataSet = forebay.dataSet(directory.resolve("files").toUri().toString());
      List<Long> all = new ArrayList<>();
      for (int rank = 0; rank < 2; rank++) {
        List<Long> own =
            labels(
                new Halved(FileSource.of(dataSet)),
                manager,
                EpochSampler.shuffled(6, 7)
                    .rank(new Rank(rank, 2))
                    .near(List.of("node-a", "node-b")),
                1);
        long first = rank == 0 ? 0 : 6;
        assertThat(own).allMatch(label -> label >= first && label < first + 6);
        all.addAll(own);
      }
      assertThat(all).doesNotHaveDuplicates().hasSize(12);
    }
    assertThatThrownBy(
            () -> EpochSampler.shuffled(6, 7).rank(new Rank(0, 3)).near(List.of("a")).build())
        .hasMessageContaining("1 nodes for 3 ranks");
  }

  /** The first six classes lie on one node, the others on another. */
  private record Halved(FileSource files) implements FileSource {

    @Override
    public List<FileStatus> walk(String root) throws IOException {
      return files.walk(root);
    }

    @Override
    public ByteBuffer read(String path) throws IOException {
      return files.read(path);
    }

    @Override
    public List<String> owners(FileStatus file) {
      return List.of(file.path().compareTo("class-06") < 0 ? "node-a" : "node-b");
    }
  }

  @Test
  void anImageThatIsDeletedMeanwhileIsNamed() throws Exception {
    image("a/1.png", 0);
    image("a/2.png", 0);
    try (Forebay forebay = Forebay.embedded(directory.resolve("cache"));
        NDManager manager = NDManager.newBaseManager()) {
      DataSet dataSet = forebay.dataSet(directory.resolve("files").toUri().toString());
      try (ImageFolder images = ImageFolder.builder(dataSet).setSampling(1, false).build()) {
        images.prepare();
        Files.delete(directory.resolve("files/a/2.png"));
        assertThatThrownBy(() -> images.get(manager, 1)).hasMessageContaining("a/2.png");
        images.get(manager, 0);
      }
    }
  }

  private static List<Long> labels(
      DataSet dataSet, NDManager manager, EpochSampler.Builder order, int epochs) throws Exception {
    return labels(FileSource.of(dataSet), manager, order, epochs);
  }

  private static List<Long> labels(
      FileSource files, NDManager manager, EpochSampler.Builder order, int epochs)
      throws Exception {
    List<Long> labels = new ArrayList<>();
    try (ImageFolder images =
        ImageFolder.builder(files).setSampling(order.epochs(epochs).build()).build()) {
      images.prepare();
      for (int epoch = 0; epoch < epochs; epoch++) {
        for (Batch batch : images.getData(manager)) {
          for (long label : batch.getLabels().get(0).toLongArray()) {
            labels.add(label);
          }
          batch.close();
        }
      }
    }
    return labels;
  }

  @Test
  void aFileThatIsNoImageIsNamed() throws Exception {
    Files.createDirectories(directory.resolve("files/a"));
    Files.writeString(directory.resolve("files/a/broken.jpg"), "no image");
    try (Forebay forebay = Forebay.embedded(directory.resolve("cache"));
        NDManager manager = NDManager.newBaseManager()) {
      ImageFolder images =
          ImageFolder.builder(forebay.dataSet(directory.resolve("files").toUri().toString()))
              .setSampling(1, false)
              .build();
      assertThatThrownBy(images::size).hasMessageContaining("prepare");
      images.prepare();
      assertThatThrownBy(() -> images.get(manager, 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a/broken.jpg");
    }
  }
}
