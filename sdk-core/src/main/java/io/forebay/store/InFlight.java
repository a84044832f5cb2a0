package io.forebay.store;

import io.forebay.file.FileId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The files of a directory that are just being changed. What a killed process left unfinished is
 * then known at the next start without looking at every file. The kernel keeps what was written
 * when the process dies; after a loss of power, told by the boot id, they mean nothing, and every
 * file is looked at.
 *
 * <p>Format: boot id (36 bytes of text, padded to 56), entries that the index log has at least (8),
 * then slots of 24 bytes: FileId (16), block (4), 1 if in use (4). Thread-safe.
 */
final class InFlight implements Closeable {

  private static final int SLOTS = 4096;
  private static final int SLOT_BYTES = 24;
  private static final int USED = 20;
  private static final int LOGGED = 56;
  private static final int HEADER_BYTES = 64;
  private static final int BYTES = HEADER_BYTES + SLOTS * SLOT_BYTES;
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /**
   * What was being changed.
   *
   * @param block the one that was being written; meaningless if the file was on its way out
   */
  record Change(FileId id, int block) {}

  private final FileChannel channel;
  private final Deque<Integer> free = new ArrayDeque<>();
  private final List<Change> unfinished = new ArrayList<>();
  private final boolean isNew;
  private final long logged;
  private final boolean rebooted;

  private InFlight(FileChannel channel) throws IOException {
    this.channel = channel;
    byte[] boot = Files.readString(BOOT_ID).strip().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer before = ByteBuffer.allocate(BYTES);
    isNew = channel.read(before, 0) != BYTES;
    logged = isNew ? 0 : before.getLong(LOGGED);
    rebooted = !isNew && !before.slice(0, boot.length).equals(ByteBuffer.wrap(boot));
    for (int slot = 0; slot < SLOTS; slot++) {
      free.add(slot);
      int at = at(slot);
      if (!isNew && !rebooted && before.getInt(at + USED) != 0) {
        FileId id = new FileId(before.getLong(at), before.getLong(at + 8));
        unfinished.add(new Change(id, before.getInt(at + 16)));
      }
    }
  }

  static InFlight open(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      return new InFlight(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** What the process before this one did not finish. */
  List<Change> unfinished() {
    return unfinished;
  }

  /** Whether there was none, or a part of one. */
  boolean isNew() {
    return isNew;
  }

  /** The last number given to {@link #logged(long)} before the start. */
  long logged() {
    return logged;
  }

  /** Notes how long the index log is, so that it is noticed when entries are missing later. */
  void logged(long entries) throws IOException {
    channel.write(ByteBuffer.allocate(Long.BYTES).putLong(entries).flip(), LOGGED);
  }

  /** Whether the machine was started since; nothing on disk is to be believed unseen then. */
  boolean rebooted() {
    return rebooted;
  }

  /** Forgets what was unfinished, now that it is settled. */
  void settled() throws IOException {
    ByteBuffer empty = ByteBuffer.allocate(BYTES);
    empty.put(Files.readString(BOOT_ID).strip().getBytes(StandardCharsets.US_ASCII)).rewind();
    channel.write(empty, 0);
  }

  /**
   * Notes that a file is about to be changed.
   *
   * @return the slot, to be given to {@link #end}
   * @throws IOException also when too many are in use
   */
  int begin(FileId id, int block) throws IOException {
    int slot;
    synchronized (this) {
      if (free.isEmpty()) {
        throw new IOException("more than " + SLOTS + " files are being changed");
      }
      slot = free.pop();
    }
    try {
      ByteBuffer content = ByteBuffer.allocate(SLOT_BYTES);
      content.putLong(id.high()).putLong(id.low()).putInt(block).putInt(1).flip();
      channel.write(content, at(slot));
      return slot;
    } catch (IOException e) {
      end(slot);
      throw e;
    }
  }

  void end(int slot) {
    try {
      channel.write(ByteBuffer.allocate(Integer.BYTES), at(slot) + USED);
    } catch (IOException e) {
      // At the next start the file is looked at once more than needed.
    }
    synchronized (this) {
      free.push(slot);
    }
  }

  private static int at(int slot) {
    return HEADER_BYTES + slot * SLOT_BYTES;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
