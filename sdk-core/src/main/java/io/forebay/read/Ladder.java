package io.forebay.read;

import io.forebay.NameTooLongException;
import io.forebay.ReadOrder;
import io.forebay.ReadStats;
import io.forebay.StaleFileException;
import io.forebay.Totals;
import io.forebay.UnknownDataSetException;
import io.forebay.file.FileVersion;
import io.forebay.wire.Item;
import io.forebay.wire.PendingGet;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads from the nearest place that has the bytes: a resident file of this node, the cache in this
 * process or the servers, the under-store. A step that fails is as good as one that has nothing:
 * the next one is tried, and only when all failed does the reader hear of it. Thread-safe.
 */
public final class Ladder implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Ladder.class);

  /** Bounds what a read of many files holds in memory. */
  private static final long WINDOW_BYTES = 16 << 20;

  private static final int WINDOW_FILES = 256;

  /**
   * Larger windows follow one another: two at a time would push each other out of the CPU's caches.
   */
  private static final long SMALL_WINDOW_BYTES = 4 << 20;

  private final Optional<ResidentRung> resident;
  private final Optional<ServerRung> server;
  private final List<Rung> rungs;
  private final ReadCounters stats;
  private volatile boolean closed;

  private Ladder(
      Optional<ResidentRung> resident,
      Optional<EmbeddedRung> embedded,
      Optional<ServerRung> server,
      UnderStoreRung underStore,
      ReadCounters stats) {
    this.resident = resident;
    this.server = server;
    this.stats = stats;
    List<Rung> steps = new ArrayList<>();
    resident.ifPresent(steps::add);
    embedded.ifPresent(steps::add);
    server.ifPresent(steps::add);
    steps.add(underStore);
    this.rungs = List.copyOf(steps);
  }

  /** With the cache in this process. */
  public static Ladder embedded(
      ResidentRung resident, EmbeddedRung embedded, UnderStoreRung underStore, ReadCounters stats) {
    return new Ladder(
        Optional.of(resident), Optional.of(embedded), Optional.empty(), underStore, stats);
  }

  /** With servers, and the node's resident files where its maps can be opened. */
  public static Ladder client(
      Optional<ResidentRung> resident,
      ServerRung server,
      UnderStoreRung underStore,
      ReadCounters stats) {
    return new Ladder(resident, Optional.empty(), Optional.of(server), underStore, stats);
  }

  /** Whether an exception is the answer, whatever the next step would say. */
  static boolean isFinal(IOException e) {
    return e instanceof NoSuchFileException
        || e instanceof NameTooLongException
        || e instanceof StaleFileException
        || e instanceof UnknownDataSetException
        || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException))
        || e instanceof ClosedByInterruptException;
  }

  /**
   * Refuses what comes when this was closed: the steps would be taken one after the other, each
   * with a failure of its own, down to the under-store.
   */
  public void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("this Forebay is closed; open another one");
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Opens a file's bytes on this node, if it is resident and can be opened. */
  public Optional<FileChannel> openResident(FileVersion file) {
    return resident.flatMap(rung -> rung.open(file));
  }

  /**
   * Reads some bytes through a channel that {@link #openResident} returned.
   *
   * @return how many; 0 when they cannot be read there
   */
  public int readResident(FileVersion file, FileChannel channel, long offset, ByteBuffer target)
      throws ClosedByInterruptException {
    int n = resident.orElseThrow().read(file, channel, offset, target);
    if (n > 0) {
      countResident(file, offset, n);
    }
    return n;
  }

  /**
   * Maps a file's bytes on this node, if it is resident and can be mapped.
   *
   * @param loaded whether each page is read before this returns, so that what the disk cannot read
   *     is noticed here
   */
  public Optional<ByteBuffer> mapResident(FileVersion file, boolean loaded) {
    Optional<ByteBuffer> mapping = resident.flatMap(rung -> rung.map(file, loaded));
    if (mapping.isPresent()) {
      countResident(file, 0, file.size());
    }
    return mapping;
  }

  /** Where a file's bytes are on this node, if it is resident. */
  public Optional<Path> findResident(FileVersion file) {
    return resident.flatMap(rung -> rung.find(file));
  }

  /** The tier directory of this node that has a file, if it is resident. */
  public Optional<Path> findTier(FileVersion file) {
    return resident.flatMap(rung -> rung.findTier(file));
  }

  /** The servers that are to have a file, best first. */
  public List<String> owners(FileVersion file) {
    return server.map(rung -> rung.owners(file)).orElse(List.of());
  }

  /** Where reads came from; of all ladders that share their counters. */
  public ReadStats counts() {
    return stats.counts();
  }

  /** Counts a read that went past {@link #read}, through {@link #openResident}. */
  public void countResident(FileVersion file, long offset, long bytes) {
    stats.count(ResidentRung.SERVED, bytes);
    resident.ifPresent(rung -> rung.used(file, offset, bytes));
  }

  /**
   * Fills the target.
   *
   * @param offset of the first byte; {@code offset + target.remaining() <= size}
   */
  public void read(FileVersion file, long offset, ByteBuffer target) throws IOException {
    requireOpen();
    try {
      readNow(file, offset, target);
    } catch (IOException e) {
      if (isFinal(e) || server.isEmpty() || !server.get().awaitReturn()) {
        throw e;
      }
      readNow(file, offset, target);
    }
  }

  private void readNow(FileVersion file, long offset, ByteBuffer target) throws IOException {
    int start = target.position();
    int length = target.remaining();
    IOException failure = null;
    for (Rung rung : rungs) {
      target.position(start);
      try {
        Optional<Served> served = rung.read(file, offset, target);
        if (served.isPresent()) {
          stats.count(served.get(), length);
          return;
        }
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
        if (isFinal(e)) {
          break;
        }
      }
    }
    target.position(start);
    throw failure;
  }

  /**
   * Tells whoever fetches that these files are about to be read. Best effort.
   *
   * @return how many of them are not on this node
   */
  public int prefetch(List<FileVersion> files) throws IOException {
    requireOpen();
    List<FileVersion> missing = missing(files);
    if (missing.isEmpty()) {
      return 0;
    }
    for (Rung rung : rungs) {
      try {
        rung.prefetch(missing);
      } catch (IOException e) {
        if (isFinal(e)) {
          throw e;
        }
        log.debug("prefetching failed; reads fetch the files", e);
      }
    }
    return missing.size();
  }

  /**
   * Tells this node's cache that files will be read here again and again. Best effort.
   *
   * @param all how much all files of the data set are, if it is known
   */
  public void bringNear(List<FileVersion> files, Optional<Totals> all) {
    List<FileVersion> missing = missing(files);
    if (missing.isEmpty()) {
      return;
    }
    for (Rung rung : rungs) {
      try {
        rung.bringNear(missing, all);
      } catch (IOException e) {
        log.debug("cannot copy files to this node; reads go to their owners", e);
      }
    }
  }

  /**
   * Tells whoever keeps files what a job will read. Best effort.
   *
   * @return whether somebody had not heard of the job
   */
  public boolean announce(Announcement announcement) {
    boolean unknown = false;
    for (Rung rung : rungs) {
      unknown |= rung.announce(announcement);
    }
    return unknown;
  }

  /**
   * Makes ranges resident where they belong, and waits for it.
   *
   * @param replicas on how many servers; there may be fewer
   * @param failures hears of each that is not resident on all of them
   */
  public void load(List<LoadRange> ranges, int replicas, LoadRange.Failures failures)
      throws IOException {
    requireOpen();
    for (Rung rung : rungs) {
      if (rung.load(ranges, replicas, failures)) {
        return;
      }
    }
    throw new IOException("no cache: this client has neither a server nor an embedded cache");
  }

  private List<FileVersion> missing(List<FileVersion> files) {
    return files.stream().filter(f -> !isResident(f)).toList();
  }

  private boolean isResident(FileVersion file) {
    return resident.isPresent() && resident.get().has(file);
  }

  /** Takes the bytes of one file of a read of many. */
  @FunctionalInterface
  public interface Delivery {

    /**
     * @param index into the list of files
     * @param bytes from position to limit; the receiver's to keep
     */
    void deliver(int index, ByteBuffer bytes) throws IOException;
  }

  /**
   * Reads whole files, a window of them at a time; of small windows the servers are at work on the
   * next while one is taken.
   */
  public void readMany(List<FileVersion> files, ReadOrder order, Delivery delivery)
      throws IOException {
    requireOpen();
    Window next = startWindow(files, 0, order, delivery);
    try {
      while (next != null) {
        Window current = next;
        try {
          next = null;
          if (current.isSmall()) {
            next = startWindow(files, current.end(), order, delivery);
          }
          current.finish();
          if (next == null) {
            next = startWindow(files, current.end(), order, delivery);
          }
        } finally {
          current.abandon();
        }
      }
    } finally {
      if (next != null) {
        next.abandon();
      }
    }
  }

  /** Null behind the last file. */
  private Window startWindow(List<FileVersion> files, int start, ReadOrder order, Delivery delivery)
      throws IOException {
    if (start == files.size()) {
      return null;
    }
    int end = start;
    long bytes = 0;
    while (end < files.size()
        && end - start < WINDOW_FILES
        && (end == start || bytes + files.get(end).size() <= WINDOW_BYTES)) {
      bytes += files.get(end++).size();
    }
    return new Window(files.subList(start, end), start, order, delivery);
  }

  /** Some files of a read of many: asked for when it is made, taken by {@link #finish}. */
  private final class Window {

    private final List<FileVersion> files;
    private final int start;
    private final Sequencer sequencer;
    private final List<PendingGet> pending = new ArrayList<>();
    private final List<ServerBatch> gatherings = new ArrayList<>();
    private final List<Integer> single = new ArrayList<>();

    Window(List<FileVersion> files, int start, ReadOrder order, Delivery delivery)
        throws IOException {
      this.files = files;
      this.start = start;
      this.sequencer =
          new Sequencer(
              files.size(), order, (index, bytes) -> delivery.deliver(start + index, bytes));
      if (server.isPresent()) {
        ask(server.get(), order);
      } else {
        prefetch(files);
        for (int i = 0; i < files.size(); i++) {
          single.add(i);
        }
      }
    }

    int end() {
      return start + files.size();
    }

    /**
     * Whether asking for it took long beside reading it, so that the next one is worth asking for.
     */
    boolean isSmall() {
      return files.stream().mapToLong(FileVersion::size).sum() <= SMALL_WINDOW_BYTES;
    }

    /** Sends one request to each server that has to do with it. */
    private void ask(ServerRung rung, ReadOrder order) {
      List<Integer> remote = new ArrayList<>();
      for (int i = 0; i < files.size(); i++) {
        (isResident(files.get(i)) ? single : remote).add(i);
      }
      rung.byServer(files, remote, single)
          .forEach(
              (asked, indexes) -> {
                List<Item> items =
                    indexes.stream().map(i -> Item.whole(files.get(i).status())).toList();
                try {
                  pending.add(asked.server().get(rung.dataSet(), order, asked.reach(), items));
                  indexes.forEach(i -> rung.readsFrom(asked, files.get(i)));
                  Served served = ServerRung.served(asked, false, false);
                  gatherings.add(
                      new ServerBatch(files, indexes, sequencer, n -> stats.count(served, n)));
                } catch (IOException e) {
                  single.addAll(indexes);
                }
              });
    }

    void finish() throws IOException {
      for (int index : single) {
        sequencer.ready(index, readWhole(files.get(index)));
      }
      for (ServerBatch gathering : gatherings) {
        PendingGet answer = pending.remove(0);
        try (LateReads.Watch watch = server.orElseThrow().watch(answer)) {
          answer.drain(gathering);
        } catch (PendingGet.SinkException e) {
          throw e.getCause();
        } catch (IOException e) {
          if (isFinal(e)) {
            throw e;
          }
          // The connection broke, or its server is silent: what did not arrive is read one by one,
          // from the next step.
        }
        for (int index : gathering.missing()) {
          sequencer.ready(index, readWhole(files.get(index)));
        }
      }
    }

    void abandon() {
      pending.forEach(PendingGet::abandon);
    }
  }

  private ByteBuffer readWhole(FileVersion file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
    read(file, 0, bytes);
    return bytes.flip();
  }
}
