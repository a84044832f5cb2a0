package io.forebay.dataset.shard;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    if (isTar(shard)) {
      return new ShardIndex(dataSet, shard, TarShard.samples(dataSet, shard));
    }
    if (isShard(shard)) {
      return new ShardIndex(dataSet, shard, RecordShard.samples(dataSet, shard));
    }
    throw new IllegalArgumentException(
        shard.path() + " has an unknown shard format; use .tar, .tfrecord or .tfrecords");
  }

  /** Whether a file's name is that of a shard. */
  public static boolean isShard(FileStatus file) {
    return isTar(file) || file.name().endsWith(".tfrecord") || file.name().endsWith(".tfrecords");
  }

  private static boolean isTar(FileStatus file) {
    return file.name().endsWith(".tar");
  }

  public FileStatus shard() {
    return shard;
  }

  /** In the order of the shard. */
  public List<Sample> samples() {
    return samples;
  }

  /** The bytes of all parts of a sample, from position to limit, with one read. */
  public Map<String, ByteBuffer> read(Sample sample) throws IOException {
    long start = Long.MAX_VALUE;
    long end = 0;
    for (Sample.Part part : sample.parts().values()) {
      start = Math.min(start, part.offset());
      end = Math.max(end, part.offset() + part.length());
    }
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(end - start));
    dataSet.read(shard, start, bytes);
    Map<String, ByteBuffer> parts = new LinkedHashMap<>();
    for (Map.Entry<String, Sample.Part> entry : sample.parts().entrySet()) {
      Sample.Part part = entry.getValue();
      parts.put(
          entry.getKey(),
          bytes.slice((int) (part.offset() - start), Math.toIntExact(part.length())));
    }
    return parts;
  }

  /** The bytes of one part of a sample, from position to limit. */
  public ByteBuffer read(Sample sample, String extension) throws IOException {
    Sample.Part part = sample.part(extension);
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(part.length()));
    dataSet.read(shard, part.offset(), bytes);
    return bytes.flip();
  }
}
