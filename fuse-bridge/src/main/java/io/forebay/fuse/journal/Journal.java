package io.forebay.fuse.journal;

import io.forebay.fuse.protocol.Libc;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * A journal in anonymous memory of the kernel, which lives as long as some process has its
 * descriptor. Appending is a few stores; when the process is killed, all entries but perhaps the
 * last are whole. A journal that has grown is begun anew at its end, and the pages before go back
 * to the system. Thread-safe.
 *
 * <p>Format: a page with the offset where reading begins and the number of this format; entries
 * from the second window on, none across the border of two. An entry is {int length, int kind, long
 * node, long request, long value}, and what {@link JournalEntries} says; its length, a multiple of
 * eight, is written last, and zero is the end.
 */
public final class Journal implements JournalEntries, AutoCloseable {

  private static final int WINDOW = 4 << 20;
  private static final int HEAD = 32;

  /** Of a node with path and ETag. */
  private static final long LIVE_BYTES = 160;

  private static final int BEGUN = 0;
  private static final int FORMAT = 8;

  /**
   * To be changed with this format, {@link PackedStatus}, or how a descriptor is left behind:
   * bridges of two versions meet. Until 2 reading the device did not block.
   */
  private static final int THIS_FORMAT = 3;

  private static final int FILLER = 0;
  private static final int AGREED = 1;
  private static final int HIGHEST = 2;
  private static final int NODE = 3;
  private static final int LOOKUPS = 4;
  private static final int HANDLES = 5;
  private static final int BACKING = 6;
  private static final int CHANGING = 7;

  private static final VarHandle LENGTH =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private final int fd;
  private final FileChannel channel;
  private final ByteBuffer header;

  // Guarded by this.
  private ByteBuffer window;
  private long windowStart;
  private int position;
  private long begun;
  private long kept;

  private Journal(int fd, FileChannel channel) throws IOException {
    this.fd = fd;
    this.channel = channel;
    this.header = map(0, 2 * Long.BYTES);
  }

  /** An empty journal. */
  public static Journal create() throws IOException {
    return open(Libc.require("memory for the journal", Libc.memfd("forebay-journal")));
  }

  /**
   * The journal of a process that is gone.
   *
   * @param fd its descriptor, which is closed with it
   */
  public static Journal open(int fd) throws IOException {
    Journal journal =
        new Journal(
            fd,
            FileChannel.open(
                Path.of("/proc/self/fd/" + fd), StandardOpenOption.READ, StandardOpenOption.WRITE));
    journal.begun = Math.max(WINDOW, journal.header.getLong(BEGUN));
    journal.turnTo(journal.begun);
    return journal;
  }

  public int fd() {
    return fd;
  }

  /** Unmapped when it is garbage: windows are few, and their pages not the process's. */
  private ByteBuffer map(long start, int length) throws IOException {
    return channel
        .map(FileChannel.MapMode.READ_WRITE, start, length)
        .order(ByteOrder.nativeOrder());
  }

  private void turnTo(long start) throws IOException {
    window = map(start, WINDOW);
    windowStart = start;
    position = 0;
  }

  /** Whether nobody was ever told of anything. */
  public synchronized boolean isEmpty() {
    return header.getLong(BEGUN) == 0;
  }

  /** Whether a bridge that understands this format wrote it, or none did yet. */
  public synchronized boolean isUnderstood() {
    return isEmpty() || header.getLong(FORMAT) == THIS_FORMAT;
  }

  /** Reads all entries; appending goes on behind the last one. To be called first. */
  public synchronized void replay(JournalEntries entries) throws IOException {
    turnTo(begun);
    while (true) {
      if (position == WINDOW) {
        turnTo(windowStart + WINDOW);
      }
      int length = (int) LENGTH.getAcquire(window, position);
      if (length == 0) {
        return;
      }
      read(entries);
      position += length;
    }
  }

  private void read(JournalEntries entries) {
    long node = longAt(8);
    long request = longAt(16);
    long value = longAt(24);
    switch (window.getInt(position + 4)) {
      case AGREED -> entries.negotiated((int) node, (int) request, textAt(HEAD, (int) value));
      case HIGHEST -> entries.highest(node, (int) value);
      case NODE ->
          entries.node(
              node, request, value, bytesAt(HEAD + Integer.BYTES, window.getInt(position + HEAD)));
      case LOOKUPS -> entries.lookups(node, request, value);
      case HANDLES -> entries.handles(node, request, (int) (value >>> 1), (value & 1) != 0);
      case BACKING -> entries.backing(node, (int) value, textAt(HEAD, (int) request));
      case CHANGING -> entries.changing(request);
      default -> {} // a filler
    }
  }

  private long longAt(int offset) {
    return position + offset + Long.BYTES <= WINDOW ? window.getLong(position + offset) : 0;
  }

  private byte[] bytesAt(int offset, int length) {
    byte[] bytes = new byte[length];
    window.get(position + offset, bytes);
    return bytes;
  }

  private String textAt(int offset, int length) {
    return new String(bytesAt(offset, length), StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void negotiated(int minor, int flags, String profile) {
    byte[] text = profile.getBytes(StandardCharsets.UTF_8);
    begin(text.length, AGREED, minor, flags, text.length);
    put(HEAD, text);
    end(text.length);
    if (isEmpty()) {
      header.putLong(FORMAT, THIS_FORMAT);
      header.putLong(BEGUN, begun);
    }
  }

  @Override
  public synchronized void highest(long node, int backing) {
    begin(0, HIGHEST, node, 0, backing);
    end(0);
  }

  @Override
  public synchronized void node(long id, long request, long lookups, byte[] status) {
    int more = Integer.BYTES + status.length;
    begin(more, NODE, id, request, lookups);
    window.putInt(position + HEAD, status.length);
    put(HEAD + Integer.BYTES, status);
    end(more);
  }

  @Override
  public synchronized void lookups(long id, long request, long lookups) {
    begin(0, LOOKUPS, id, request, lookups);
    end(0);
  }

  @Override
  public synchronized void handles(long id, long request, int count, boolean passthrough) {
    begin(0, HANDLES, id, request, (long) count << 1 | (passthrough ? 1 : 0));
    end(0);
  }

  @Override
  public synchronized void backing(long id, int backing, String file) {
    byte[] text = file.getBytes(StandardCharsets.UTF_8);
    begin(text.length, BACKING, id, text.length, backing);
    put(HEAD, text);
    end(text.length);
  }

  @Override
  public synchronized void changing(long request) {
    begin(0, CHANGING, 0, request, 0);
    end(0);
  }

  /** Has room for an entry, and writes its head but for the length. */
  private void begin(int more, int kind, long node, long request, long value) {
    if (position + HEAD + aligned(more) > WINDOW) {
      toNextWindow();
    }
    window.putInt(position + 4, kind);
    window.putLong(position + 8, node);
    window.putLong(position + 16, request);
    window.putLong(position + 24, value);
  }

  private void put(int offset, byte[] bytes) {
    window.put(position + offset, bytes);
  }

  private void end(int more) {
    int length = HEAD + aligned(more);
    LENGTH.setRelease(window, position, length);
    position += length;
  }

  private static int aligned(int bytes) {
    return (bytes + 7) & -8;
  }

  private void toNextWindow() {
    if (position < WINDOW) {
      window.putInt(position + 4, FILLER);
      LENGTH.setRelease(window, position, WINDOW - position);
    }
    try {
      turnTo(windowStart + WINDOW);
    } catch (IOException e) {
      throw new IllegalStateException("no memory for the mount's journal", e);
    }
  }

  /**
   * Whether it is much longer than what it says.
   *
   * @param live nodes and backing files that there are now
   */
  public synchronized boolean isLong(int live) {
    long length = windowStart + position - begun;
    return length > WINDOW && length > 3 * Math.max(kept, live * LIVE_BYTES);
  }

  /**
   * Begins anew.
   *
   * @param state appends all that is true; entries of other threads may come between, each after
   *     what it builds on or before a later state of the same
   */
  public void restart(Consumer<JournalEntries> state) {
    long start;
    synchronized (this) {
      toNextWindow();
      start = windowStart;
    }
    state.accept(this);
    synchronized (this) {
      kept = windowStart + position - start;
      header.putLong(BEGUN, start);
      // All before, for a process may have been killed just here. Without a hole it is memory lost.
      Libc.punchHole(fd, WINDOW, start - WINDOW);
      begun = start;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (channel.isOpen()) { // once: the number may be another file's by then
      channel.close();
      Libc.close(fd);
    }
  }
}
