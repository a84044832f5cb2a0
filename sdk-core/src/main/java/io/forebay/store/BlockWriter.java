package io.forebay.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * Writes one block, whose space is reserved, from its start to its end. Closing without {@link
 * #commit} gives the space back and leaves nothing. Used by one thread.
 */
public final class BlockWriter implements AutoCloseable {

  private final NodeStore store;
  private final ResidentFile file;
  private final DataSetUsage usage;
  private final TierDirectory directory;
  private final int block;
  private final CRC32C crc = new CRC32C();
  private FileChannel channel;
  private int change = -1;
  private int written;
  private boolean ended;

  BlockWriter(
      NodeStore store, ResidentFile file, DataSetUsage usage, TierDirectory directory, int block) {
    this.store = store;
    this.file = file;
    this.usage = usage;
    this.directory = directory;
    this.block = block;
  }

  public ResidentFile file() {
    return file;
  }

  int block() {
    return block;
  }

  DataSetUsage usage() {
    return usage;
  }

  TierDirectory directory() {
    return directory;
  }

  int crc() {
    return (int) crc.getValue();
  }

  long allocated() {
    return file.blocks().allocated(block);
  }

  boolean hasWritten() {
    return channel != null;
  }

  /** Appends bytes to the block. */
  public void append(ByteBuffer bytes) throws TierException {
    crc.update(bytes.duplicate());
    try {
      if (channel == null) {
        change = directory.inFlight().begin(file.id(), block);
        channel = store.admission().openForWriting(file, directory);
      }
      while (bytes.hasRemaining()) {
        written += channel.write(bytes, file.blocks().start(block) + written);
      }
    } catch (IOException e) {
      throw store.broken(directory, "cannot write " + file, e);
    }
  }

  /** Ends the block: from now on it is resident. */
  public void commit() throws TierException {
    if (written != file.blocks().length(block)) {
      throw new IllegalStateException(
          "block " + block + " of " + file + " has " + written + " bytes");
    }
    try {
      store.admission().commit(this);
      ended = true;
      finish();
    } catch (IOException e) {
      throw store.broken(directory, "cannot finish " + file, e);
    }
    store.admission().committed(this);
  }

  @Override
  public void close() {
    if (!ended) {
      ended = true;
      store.admission().abandon(this);
      finish();
    }
  }

  private void finish() {
    if (change >= 0) {
      directory.inFlight().end(change);
      change = -1;
    }
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // Everything that counts was written; a failed close cannot take it back.
      }
    }
  }
}
