package io.forebay.read;

import io.forebay.ReadOrder;
import io.forebay.StaleFileException;
import io.forebay.UnknownDataSetException;
import io.forebay.metadata.FileVersion;
import io.forebay.wire.Item;
import io.forebay.wire.PendingGet;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads from the nearest place that has the bytes: a resident file of this node, the cache in this
 * process or the servers, the under-store. A step that fails is as good as one that has nothing:
 * the next one is tried, and only when all failed does the reader hear of it. Thread-safe.
 */
public final class Ladder {

  /** Bounds what a read of many files holds in memory at a time. */
  private static final long WINDOW_BYTES = 32 << 20;

  private static final int WINDOW_FILES = 1024;

  private final Optional<ResidentRung> resident;
  private final Optional<ServerRung> server;
  private final List<Rung> rungs;
  private final ReadStats stats;

  private Ladder(
      Optional<ResidentRung> resident,
      Optional<EmbeddedRung> embedded,
      Optional<ServerRung> server,
      UnderStoreRung underStore,
      ReadStats stats) {
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
      ResidentRung resident, EmbeddedRung embedded, UnderStoreRung underStore, ReadStats stats) {
    return new Ladder(
        Optional.of(resident), Optional.of(embedded), Optional.empty(), underStore, stats);
  }

  /** With servers, and the node's resident files where its maps can be opened. */
  public static Ladder client(
      Optional<ResidentRung> resident,
      ServerRung server,
      UnderStoreRung underStore,
      ReadStats stats) {
    return new Ladder(resident, Optional.empty(), Optional.of(server), underStore, stats);
  }

  /** Whether an exception is the answer, whatever the next step would say. */
  static boolean isFinal(IOException e) {
    return e instanceof NoSuchFileException
        || e instanceof StaleFileException
        || e instanceof UnknownDataSetException
        || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException))
        || e instanceof ClosedByInterruptException;
  }

  /** Opens a file's bytes on this node, if it is resident. */
  public Optional<FileChannel> openResident(FileVersion file) throws IOException {
    return resident.isEmpty() ? Optional.empty() : resident.get().open(file);
  }

  /** Counts a read that went past {@link #read}, through {@link #openResident}. */
  public void countResident(long bytes) {
    stats.count(Origin.RESIDENT, bytes);
  }

  /**
   * Fills the target.
   *
   * @param offset of the first byte; {@code offset + target.remaining() <= size}
   */
  public void read(FileVersion file, long offset, ByteBuffer target) throws IOException {
    int start = target.position();
    int length = target.remaining();
    IOException failure = null;
    for (Rung rung : rungs) {
      target.position(start);
      try {
        Optional<Origin> origin = rung.read(file, offset, target);
        if (origin.isPresent()) {
          stats.count(origin.get(), length);
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

  /** Tells whoever fetches that these files are about to be read. Best effort. */
  public void prefetch(List<FileVersion> files) throws IOException {
    List<FileVersion> missing = files.stream().filter(f -> !isResident(f)).toList();
    for (Rung rung : rungs) {
      rung.prefetch(missing);
    }
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

  /** Reads whole files, several at a time. */
  public void readMany(List<FileVersion> files, ReadOrder order, Delivery delivery)
      throws IOException {
    for (int from = 0; from < files.size(); ) {
      int to = from;
      long bytes = 0;
      while (to < files.size()
          && to - from < WINDOW_FILES
          && (to == from || bytes + files.get(to).size() <= WINDOW_BYTES)) {
        bytes += files.get(to++).size();
      }
      int base = from;
      readWindow(files.subList(from, to), order, (index, b) -> delivery.deliver(base + index, b));
      from = to;
    }
  }

  private void readWindow(List<FileVersion> files, ReadOrder order, Delivery delivery)
      throws IOException {
    Sequencer sequencer = new Sequencer(files.size(), order, delivery);
    List<PendingGet> pending = new ArrayList<>();
    List<Gathering> gatherings = new ArrayList<>();
    List<Integer> single = new ArrayList<>();
    try {
      if (server.isPresent()) {
        // All servers are at work before the first answer is taken.
        ask(files, order, sequencer, pending, gatherings, single);
      } else {
        prefetch(files);
        for (int i = 0; i < files.size(); i++) {
          single.add(i);
        }
      }
      for (int index : single) {
        sequencer.ready(index, readWhole(files.get(index)));
      }
      for (Gathering gathering : gatherings) {
        PendingGet answer = pending.remove(0);
        try {
          answer.drain(gathering);
        } catch (IOException e) {
          if (isFinal(e)) {
            throw e;
          }
          // The connection broke: what did not arrive is read one by one, from the next step.
        }
        for (int index : gathering.missing()) {
          sequencer.ready(index, readWhole(files.get(index)));
        }
      }
    } finally {
      pending.forEach(PendingGet::abandon);
    }
  }

  private void ask(
      List<FileVersion> files,
      ReadOrder order,
      Sequencer sequencer,
      List<PendingGet> pending,
      List<Gathering> gatherings,
      List<Integer> single) {
    ServerRung rung = server.get();
    List<Integer> remote = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      (isResident(files.get(i)) ? single : remote).add(i);
    }
    rung.byServer(files, remote, single)
        .forEach(
            (client, indexes) -> {
              List<Item> items =
                  indexes.stream().map(i -> Item.whole(files.get(i).status())).toList();
              try {
                pending.add(client.get(rung.dataSet(), order, items));
                gatherings.add(
                    new Gathering(
                        files, indexes, sequencer, n -> stats.count(rung.origin(client), n)));
              } catch (IOException e) {
                single.addAll(indexes);
              }
            });
  }

  private ByteBuffer readWhole(FileVersion file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
    read(file, 0, bytes);
    return bytes.flip();
  }
}
