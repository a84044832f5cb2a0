package io.forebay.samples.quickstart;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The README's example, compiled. */
final class TenLines {

  private TenLines() {}

  static long readAll(Path cache, String root) throws IOException {
    long total = 0;
    // README
    try (Forebay forebay = Forebay.embedded(cache)) { // a directory that is kept
      DataSet images = forebay.dataSet(root); // such as "oss://bucket/images" or "file:/data"
      for (FileStatus file : images.walk("train")) {
        ByteBuffer bytes = images.read(file.path()); // the second time: from the local disk
        total += bytes.remaining();
      }
    }
    // README
    return total;
  }
}
