package io.forebay.dataset.shard;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The samples of a shard, and how to read them. An index is as good as the version of the shard
 * that it was made of: when the object changes, reading fails with {@link
 * io.forebay.StaleFileException}. Immutable; thread-safe.
 */
public final class ShardIndex {

  private final DataSet dataSet;
  private final FileStatus shard;
  private final List<Sample> samples;

  private ShardIndex(DataSet dataSet, FileStatus shard, List<Sample> samples) {
    this.dataSet = dataSet;
    this.shard = shard;
    this.samples = List.copyOf(samples);
  }

  /**
   * Reads a shard's headers: of a tar archive ({@code .tar}) those of its entries, of a TFRecord
   * file ({@code .tfrecord}, {@code .tfrecords}) those of its records.
   *
   * @throws IOException when it is damaged or cannot be read; the message says where
   * @throws IllegalArgumentException for a file of another kind
   */
  public static ShardIndex read(DataSet dataSet, FileStatus shard) throws IOException {
    String name = shard.name();
    if (name.endsWith(".tar")) {
      return new ShardIndex(dataSet, shard, TarShard.samples(dataSet, shard));
    }
    if (name.endsWith(".tfrecord") || name.endsWith(".tfrecords")) {
      return new ShardIndex(dataSet, shard, RecordShard.samples(dataSet, shard));
    }
    throw new IllegalArgumentException(
        shard.path() + " is no shard that is known; use .tar, .tfrecord or .tfrecords");
  }

  public FileStatus shard() {
    return shard;
  }

  /** In the order of the shard. */
  public List<Sample> samples() {
    return samples;
  }

  /** The bytes of one part of a sample, from position to limit. */
  public ByteBuffer read(Sample sample, String extension) throws IOException {
    Sample.Part part = sample.part(extension);
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(part.length()));
    dataSet.read(shard, part.offset(), bytes);
    return bytes.flip();
  }
}
