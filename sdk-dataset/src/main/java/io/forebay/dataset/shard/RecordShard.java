package io.forebay.dataset.shard;

import io.forebay.DataFile;
import io.forebay.DataSet;
import io.forebay.FileStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A TFRecord file, as TensorFlow's documentation defines it: for each record its length (u64), a
 * checksum of that (u32), its bytes, and a checksum of them (u32), little-endian. Checksums are
 * CRC32C, rotated right by 15 bits, plus a constant.
 */
final class RecordShard {

  private static final int HEAD_BYTES = Long.BYTES + Integer.BYTES;
  private static final int TAIL_BYTES = Integer.BYTES;
  private static final int MASK = 0xa282ead8;

  private RecordShard() {}

  static List<Sample> samples(DataSet dataSet, FileStatus shard) throws IOException {
    List<Sample> samples = new ArrayList<>();
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (DataFile file = dataSet.open(shard.path())) {
      for (long at = 0; at < file.size(); ) {
        head.clear();
        file.position(at);
        while (head.hasRemaining() && file.read(head) >= 0) {}
        long length = head.hasRemaining() ? -1 : head.getLong(0);
        if (length < 0
            || masked(head.array(), Long.BYTES) != head.getInt(Long.BYTES)
            || length > file.size() - at - HEAD_BYTES - TAIL_BYTES) {
          throw new IOException(
              shard.path() + " is damaged at byte " + at + ": no record starts there");
        }
        samples.add(
            new Sample(
                Integer.toString(samples.size()),
                Map.of("", new Sample.Part(at + HEAD_BYTES, length))));
        at += HEAD_BYTES + length + TAIL_BYTES;
      }
    }
    return samples;
  }

  /** The checksum of the first bytes, in the form of the files. */
  static int masked(byte[] bytes, int count) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, count);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }
}
