package io.forebay.read;

import io.forebay.file.FileVersion;
import io.forebay.wire.PendingGet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** The part of a read of many files that one server answers. */
final class ServerBatch implements PendingGet.Sink {

  private final List<FileVersion> files;
  private final List<Integer> indexes;
  private final Sequencer sequencer;
  private final LongConsumer counter;
  private final ByteBuffer[] buffers;
  private final boolean[] delivered;

  /**
   * @param files all files of the read
   * @param indexes which of them this server was asked for, in the order of the request's items
   * @param counter is told the size of each file that arrived
   */
  ServerBatch(
      List<FileVersion> files, List<Integer> indexes, Sequencer sequencer, LongConsumer counter) {
    this.files = files;
    this.indexes = indexes;
    this.sequencer = sequencer;
    this.counter = counter;
    this.buffers = new ByteBuffer[indexes.size()];
    this.delivered = new boolean[indexes.size()];
  }

  @Override
  public ByteBuffer target(int item) {
    if (buffers[item] == null) {
      buffers[item] = ByteBuffer.allocate(Math.toIntExact(files.get(indexes.get(item)).size()));
    }
    return buffers[item];
  }

  @Override
  public void complete(int item) throws IOException {
    ByteBuffer bytes = target(item).flip();
    buffers[item] = null;
    delivered[item] = true;
    counter.accept(bytes.remaining());
    sequencer.ready(indexes.get(item), bytes);
  }

  @Override
  public void failed(int item, IOException reason) throws IOException {
    buffers[item] = null;
    if (Ladder.isFinal(reason)) {
      delivered[item] = true; // the read ends with this exception
      throw reason;
    }
  }

  /** The files that did not arrive. */
  List<Integer> missing() {
    List<Integer> missing = new ArrayList<>();
    for (int item = 0; item < delivered.length; item++) {
      if (!delivered[item]) {
        missing.add(indexes.get(item));
      }
    }
    return missing;
  }
}
