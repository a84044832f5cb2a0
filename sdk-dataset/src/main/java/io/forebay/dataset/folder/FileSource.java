package io.forebay.dataset.folder;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.ReadOrder;
import io.forebay.control.CacheControl;
import io.forebay.dataset.prefetch.PrefetchOptions;
import io.forebay.dataset.prefetch.Prefetcher;
import io.forebay.dataset.prefetch.ProgressListener;
import io.forebay.dataset.prefetch.ReadPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Where a trainer's files come from. A Forebay data set is one, {@link #of}; a plain directory or a
 * bucket read directly are others, so that the same training code can be measured over each.
 * Thread-safe.
 */
public interface FileSource {

  /** All files below a directory, in any order; the empty directory is the root. */
  List<FileStatus> walk(String directory) throws IOException;

  /** The bytes of one file, from position to limit. */
  ByteBuffer read(String path) throws IOException;

  /** Reads several files, in any order; one after another unless the source knows better. */
  default void readAll(List<String> paths, DataSet.FileConsumer consumer) throws IOException {
    for (String path : paths) {
      consumer.accept(path, read(path));
    }
  }

  /**
   * Tells what a reader will read, of files as {@link #walk} named them.
   *
   * @param from the first read
   * @return hears of the reader's progress, and is to be closed by it
   */
  default ProgressListener follow(ReadPlan plan, long from) {
    return ProgressListener.NONE;
  }

  /** Names of the nodes that are to have a file, best first; none where no node is special. */
  default List<String> owners(FileStatus file) {
    return List.of();
  }

  /** The files of a data set, which are fetched ahead of readers with a plan. */
  static FileSource of(DataSet dataSet) {
    return of(dataSet, PrefetchOptions.DEFAULT);
  }

  /** The same, with other bounds of what is fetched ahead. */
  static FileSource of(DataSet dataSet, PrefetchOptions options) {
    return new FileSource() {
      @Override
      public List<FileStatus> walk(String directory) throws IOException {
        return dataSet.walk(directory);
      }

      @Override
      public ProgressListener follow(ReadPlan plan, long from) {
        return Prefetcher.start(dataSet, plan, options, from);
      }

      @Override
      public List<String> owners(FileStatus file) {
        return CacheControl.of(dataSet).place(file).owners();
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
