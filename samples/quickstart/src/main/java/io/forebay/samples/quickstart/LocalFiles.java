package io.forebay.samples.quickstart;

import io.forebay.dataset.folder.FileSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The bound: a local directory, whose files are in the page cache. */
record LocalFiles(Path root) implements FileSource {

  @Override
  public List<String> walk(String directory) throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve(directory))) {
      return files.filter(Files::isRegularFile).map(f -> root.relativize(f).toString()).toList();
    }
  }

  @Override
  public ByteBuffer read(String path) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(root.resolve(path)));
  }
}
