package io.forebay.djl;

import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;
import io.forebay.dataset.prefetch.ProgressListener;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Reads the samples of a batch together. DJL asks for one sample at a time, but its sampler has
 * named the whole batch before: the first sample that is asked for brings the others along, in one
 * request to each server instead of one for each file. Thread-safe.
 *
 * @param <T> what is read of a sample
 */
final class BatchReads<T> {

  /** Reads samples by their numbers. */
  interface Reader<T> {

    /** A map that may be changed, with each of them once. */
    Map<Long, T> readAll(List<Long> indexes) throws IOException;
  }

  /** Makes who hears of the reads of a known order, from one of them on. */
  interface Following {
    ProgressListener from(EpochSampler order, long read);
  }

  private final Reader<T> reader;
  private final Following following;

  /** Batches that are named and not read yet, by their samples, of the latest epoch. */
  private volatile Map<Long, Batch> upcoming = new ConcurrentHashMap<>();

  /** And of the epoch before, whose last batches may be read when the next one has begun. */
  private volatile Map<Long, Batch> ending = new ConcurrentHashMap<>();

  /** The first reads of batches that are named and not read yet. */
  private final NavigableSet<Long> unread = new ConcurrentSkipListSet<>();

  private volatile ProgressListener follower;

  /**
   * @param following is asked when the first epoch begins
   */
  BatchReads(Reader<T> reader, Following following) {
    this.reader = reader;
    this.following = following;
  }

  private synchronized long follow(EpochSampler order, RandomAccessDataset dataSet) {
    long next = order.nextRead(dataSet);
    if (follower == null) {
      follower = following.from(order, next);
    }
    return next;
  }

  /** Nobody hears of reads any more. */
  synchronized void close() {
    if (follower != null) {
      follower.close();
    }
    follower = ProgressListener.NONE;
  }

  /** The same sampler, overheard. */
  Sampler following(Sampler sampler) {
    return new Sampler() {
      @Override
      public Iterator<List<Long>> sample(RandomAccessDataset dataSet) {
        Map<Long, Batch> epoch = begin();
        long start = sampler instanceof EpochSampler known ? follow(known, dataSet) : 0;
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
            unread.add(read);
            read += indexes.size();
            indexes.forEach(index -> epoch.put(index, batch));
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

  private synchronized Map<Long, Batch> begin() {
    // What an epoch that was broken off has left behind.
    ending.values().forEach(batch -> unread.remove(batch.firstRead));
    ending = upcoming;
    upcoming = new ConcurrentHashMap<>();
    return upcoming;
  }

  /** One sample: with its batch if it belongs to one, else alone. */
  T read(long index) throws IOException {
    Batch batch = ending.remove(index);
    if (batch == null) {
      batch = upcoming.remove(index);
    }
    T sample = batch == null ? null : batch.take(index);
    return sample == null ? reader.readAll(List.of(index)).get(index) : sample;
  }

  private final class Batch {

    private final List<Long> indexes;
    private final long firstRead;
    private Map<Long, T> samples;

    Batch(List<Long> indexes, long firstRead) {
      this.indexes = indexes;
      this.firstRead = firstRead;
    }

    /** Null for a sample that a batch names twice, the second time. */
    synchronized T take(long index) throws IOException {
      if (samples == null) {
        tell();
        try {
          samples = reader.readAll(indexes.stream().distinct().toList());
        } finally {
          unread.remove(firstRead);
          tell();
        }
      }
      return samples.remove(index);
    }

    /** Batches are read several at a time: what is done with is what lies before the eldest. */
    private void tell() {
      Long eldest = unread.ceiling(0L);
      if (follower != null) {
        follower.reached(eldest == null ? firstRead + indexes.size() : eldest);
      }
    }
  }
}
