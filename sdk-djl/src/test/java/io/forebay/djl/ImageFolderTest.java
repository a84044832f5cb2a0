package io.forebay.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import io.forebay.Forebay;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

  @TempDir Path directory;

  @BeforeAll
  static void offline() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

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
