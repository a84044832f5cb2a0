package io.forebay.djl;

import ai.djl.modality.cv.Image;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Record;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Makes a record of what a shard has of a sample. Called by several threads at a time. */
@FunctionalInterface
public interface SampleDecoder {

  /**
   * @param name of the sample, for errors: its shard and key
   * @param parts its bytes from position to limit, by extension: of a TFRecord file one, of the
   *     empty name
   * @throws IOException when they are not what was expected; the message names the sample
   */
  Record decode(NDManager manager, String name, Map<String, ByteBuffer> parts) throws IOException;

  /**
   * Images with their classes as WebDataset has them: an image file, and a number as text. The
   * record's data is the image, its label an int64 scalar.
   *
   * @param image extension, such as {@code jpg}
   * @param label extension, such as {@code cls}
   */
  static SampleDecoder images(String image, String label) {
    return (manager, name, parts) -> {
      Image picture = Images.decode(name + "." + image, part(parts, name, image));
      String number = StandardCharsets.UTF_8.decode(part(parts, name, label)).toString().strip();
      try {
        return new Record(
            new NDList(picture.toNDArray(manager, Image.Flag.COLOR)),
            new NDList(manager.create(Long.parseLong(number))));
      } catch (NumberFormatException e) {
        throw new IOException(name + "." + label + " is not a number: '" + number + "'", e);
      }
    };
  }

  private static ByteBuffer part(Map<String, ByteBuffer> parts, String name, String extension)
      throws IOException {
    ByteBuffer part = parts.get(extension);
    if (part == null) {
      throw new IOException(name + " has no part '" + extension + "', only " + parts.keySet());
    }
    return part.duplicate();
  }
}
