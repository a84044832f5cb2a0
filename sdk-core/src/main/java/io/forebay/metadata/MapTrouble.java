package io.forebay.metadata;

import java.util.function.Consumer;
import net.openhft.chronicle.hash.ChronicleHashClosedException;
import net.openhft.chronicle.hash.locks.InterProcessDeadLockException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What went wrong with one generation of the shared maps. A process that was killed inside a lock
 * leaves it locked; then nobody is to wait for that lock a second time. Thread-safe.
 */
final class MapTrouble {

  private static final Logger log = LoggerFactory.getLogger(MapTrouble.class);

  enum Kind {
    /** A lock is held by a process that is no more. */
    STUCK,
    /** There is no room for more. */
    FULL
  }

  private final Consumer<Kind> listener;
  private volatile boolean stuck;
  private boolean told;

  /**
   * @param listener hears of the first trouble
   */
  MapTrouble(Consumer<Kind> listener) {
    this.listener = listener;
  }

  /** Whether the maps are to be left alone. */
  boolean isStuck() {
    return stuck;
  }

  /** Notes a failed operation. Metadata can always be had from elsewhere, so nobody else hears. */
  void met(RuntimeException e) {
    if (e instanceof ChronicleHashClosedException) {
      return; // replaced by another generation just now
    }
    if (e instanceof InterProcessDeadLockException) {
      stuck = true;
      tell(Kind.STUCK, e);
    } else if (e instanceof IllegalStateException) {
      tell(Kind.FULL, e);
    } else {
      log.warn("an entry does not fit into the shared maps: {}", e.getMessage());
    }
  }

  private void tell(Kind kind, RuntimeException e) {
    synchronized (this) {
      if (told) {
        return;
      }
      told = true;
    }
    log.warn("the shared metadata maps are {}: {}; going on without", kind, e.toString());
    listener.accept(kind);
  }
}
