package io.forebay.dataset.folder;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.ReadOrder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Where a trainer's files come from. A Forebay data set is one, {@link #of}; a plain directory or a
 * bucket read directly are others, so that the same training code can be measured over each.
 * Thread-safe.
 */
public interface FileSource {

  /** Paths of all files below a directory, in any order; the empty directory is the root. */
  List<String> walk(String directory) throws IOException;

  /** The bytes of one file, from position to limit. */
  ByteBuffer read(String path) throws IOException;

  /** Reads several files, in any order; one after another unless the source knows better. */
  default void readAll(List<String> paths, DataSet.FileConsumer consumer) throws IOException {
    for (String path : paths) {
      consumer.accept(path, read(path));
    }
  }

  /** The files of a data set. */
  static FileSource of(DataSet dataSet) {
    return new FileSource() {
      @Override
      public List<String> walk(String directory) throws IOException {
        return dataSet.walk(directory).stream().map(FileStatus::path).toList();
      }

      @Override
      public ByteBuffer read(String path) throws IOException {
        return dataSet.read(path);
      }

      @Override
      public void readAll(List<String> paths, DataSet.FileConsumer consumer) throws IOException {
        dataSet.readAll(paths, ReadOrder.FREE, consumer);
      }
    };
  }
}
