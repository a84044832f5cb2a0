package io.forebay.djl;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Decodes images. */
final class Images {

  private Images() {}

  /**
   * @param name of what the bytes are, for the error
   * @throws IOException when they are no image
   */
  static Image decode(String name, ByteBuffer bytes) throws IOException {
    try (InputStream in = stream(bytes)) {
      return ImageFactory.getInstance().fromInputStream(in);
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(name + " cannot be decoded as an image", e);
    }
  }

  private static InputStream stream(ByteBuffer bytes) {
    if (bytes.hasArray()) {
      return new ByteArrayInputStream(
          bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return new ByteArrayInputStream(copy);
  }
}
