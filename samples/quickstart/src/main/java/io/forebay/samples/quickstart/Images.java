package io.forebay.samples.quickstart;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * Generated pictures of ten classes: stripes, whose direction and colour depend on the class, under
 * noise and with a random phase, so that there is something to learn and something to overcome.
 */
final class Images {

  static final int CLASSES = 10;

  private final int pixels;
  private final long seed;

  Images(int pixels, long seed) {
    this.pixels = pixels;
    this.seed = seed;
    ImageIO.setUseCache(false);
  }

  /** {@code class-3/image-000013.jpg}. */
  static String path(int index) {
    return String.format("class-%d/image-%06d.jpg", index % CLASSES, index);
  }

  void write(Path root, int index) throws IOException {
    Path file = root.resolve(path(index));
    Files.createDirectories(file.getParent());
    Files.write(file, jpeg(index));
  }

  private byte[] jpeg(int index) throws IOException {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + index);
    int label = index % CLASSES;
    double angle = Math.PI * label / CLASSES;
    double phase = random.nextDouble() * 2 * Math.PI;
    double length = pixels / (4.0 + random.nextDouble());
    BufferedImage image = new BufferedImage(pixels, pixels, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < pixels; y++) {
      for (int x = 0; x < pixels; x++) {
        double along = x * Math.cos(angle) + y * Math.sin(angle);
        double wave = 0.5 + 0.3 * Math.sin(2 * Math.PI * along / length + phase);
        int red = level(wave * (0.6 + 0.04 * label), random);
        int green = level(wave * 0.8, random);
        int blue = level(wave * (1.0 - 0.04 * label), random);
        image.setRGB(x, y, red << 16 | green << 8 | blue);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", out);
    return out.toByteArray();
  }

  private static int level(double value, SplittableRandom random) {
    return (int) Math.max(0, Math.min(255, 255 * (value + 0.2 * (random.nextDouble() - 0.5))));
  }
}
