package io.forebay.node;

import io.forebay.FileStatus;
import io.forebay.file.FileVersion;
import io.forebay.placement.Placement;
import io.forebay.understore.BulkInputStream;
import io.forebay.understore.layer.Receiver;
import io.forebay.understore.layer.Source;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The under-store and, before it, other nodes that are nearer: so the under-store gives each file
 * once, however many nodes are to have it, and not again when it changes its owner. Thread-safe.
 */
final class ClusterSource implements Source {

  private static final Logger log = LoggerFactory.getLogger(ClusterSource.class);

  /** Finds who is nearer ({@link NodePeers#nearer}). */
  @FunctionalInterface
  interface Nearer {
    Optional<InputStream> find(FileVersion file, long offset, long length);
  }

  private final String dataSet;
  private final Nearer nearer;
  private final Source underStore;

  ClusterSource(String dataSet, Nearer nearer, Source underStore) {
    this.dataSet = dataSet;
    this.nearer = nearer;
    this.underStore = underStore;
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    Optional<InputStream> near = near(file, offset, length);
    return near.isPresent() ? near.get() : underStore.open(file, offset, length);
  }

  @Override
  public void ask(FileStatus file, long offset, long length, Receiver receiver) {
    Optional<InputStream> near = near(file, offset, length);
    if (near.isPresent()) {
      receiver.receive(near.get());
    } else {
      underStore.ask(file, offset, length, receiver);
    }
  }

  /** Of a range in two extents, which may have two owners, the under-store has both. */
  private Optional<InputStream> near(FileStatus file, long offset, long length) {
    return offset + length > Placement.extentEnd(offset, file.size())
        ? Optional.empty()
        : nearer
            .find(FileVersion.of(dataSet, file), offset, length)
            .map(in -> new Fallback(in, file, offset, length));
  }

  /** A node's answer, and the under-store's from where that ends. Used by one thread. */
  private final class Fallback extends BulkInputStream {

    private final FileStatus file;
    private final long end;
    private long position;
    private InputStream in;
    private boolean fromUnderStore;

    Fallback(InputStream in, FileStatus file, long offset, long length) {
      this.in = in;
      this.file = file;
      this.position = offset;
      this.end = offset + length;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int n;
      try {
        n = in.read(target, offset, length);
      } catch (IOException e) {
        if (fromUnderStore) {
          throw e;
        }
        log.debug("{}: no other node has bytes from {} on", file.path(), position, e);
        in.close();
        fromUnderStore = true;
        in = underStore.open(file, position, end - position);
        n = in.read(target, offset, length);
      }
      position += Math.max(0, n);
      return n;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
