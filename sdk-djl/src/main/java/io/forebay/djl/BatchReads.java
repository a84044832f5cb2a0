package io.forebay.djl;

import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;
import io.forebay.dataset.folder.FileSource;
import io.forebay.dataset.prefetch.Follower;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/**
 * Reads the files of a batch together. DJL asks for one sample at a time, but its sampler has named
 * the whole batch before: the first sample that is asked for brings the others along, in one
 * request to each server instead of one for each file. Thread-safe.
 */
final class BatchReads {

  private final FileSource source;
  private final LongFunction<String> paths;
  private volatile Follower follower = Follower.NONE;
  private final Map<Long, Batch> upcoming = new ConcurrentHashMap<>();

  /**
   * @param paths of the files by index
   */
  BatchReads(FileSource source, LongFunction<String> paths) {
    this.source = source;
    this.paths = paths;
  }

  /** From now on somebody hears which read is come to, counted through all epochs. */
  void tell(Follower who) {
    follower = who;
  }

  /** The same sampler, overheard. */
  Sampler following(Sampler sampler) {
    return new Sampler() {
      @Override
      public Iterator<List<Long>> sample(RandomAccessDataset dataSet) {
        // What an epoch that was broken off has left behind.
        upcoming.clear();
        long start = sampler instanceof EpochSampler known ? known.nextRead(dataSet.size()) : 0;
        Iterator<List<Long>> batches = sampler.sample(dataSet);
        return new Iterator<>() {
          private long read = start;

          @Override
          public boolean hasNext() {
            return batches.hasNext();
          }

          @Override
          public List<Long> next() {
            List<Long> indexes = batches.next();
            Batch batch = new Batch(indexes, read);
            read += indexes.size();
            indexes.forEach(index -> upcoming.put(index, batch));
            return indexes;
          }
        };
      }

      @Override
      public int getBatchSize() {
        return sampler.getBatchSize();
      }
    };
  }

  /** The bytes of one file: with its batch if it belongs to one, else alone. */
  ByteBuffer read(long index) throws IOException {
    Batch batch = upcoming.remove(index);
    ByteBuffer bytes = batch == null ? null : batch.take(paths.apply(index));
    return bytes == null ? source.read(paths.apply(index)) : bytes;
  }

  private final class Batch {

    private final List<Long> indexes;
    private final long firstRead;
    private Map<String, ByteBuffer> files;

    Batch(List<Long> indexes, long firstRead) {
      this.indexes = indexes;
      this.firstRead = firstRead;
    }

    /** Null for a file that a batch names twice, the second time. */
    synchronized ByteBuffer take(String path) throws IOException {
      if (files == null) {
        follower.reached(firstRead);
        Map<String, ByteBuffer> read = new HashMap<>();
        source.readAll(indexes.stream().map(paths::apply).toList(), read::put);
        files = read;
      }
      return files.remove(path);
    }
  }
}
