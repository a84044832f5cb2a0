package io.forebay.metadata;

import java.util.function.Consumer;
import java.util.function.Supplier;
import net.openhft.chronicle.hash.ChronicleHashClosedException;
import net.openhft.chronicle.hash.locks.InterProcessDeadLockException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What went wrong with one generation of the shared maps. A process that was killed inside a lock
 * leaves it locked; then nobody is to wait for that lock a second time. Thread-safe.
 */
final class MapCircuitBreaker {

  private static final Logger log = LoggerFactory.getLogger(MapCircuitBreaker.class);

  enum Kind {
    /** A lock is held by a process that is no more. */
    STUCK,
    /** There is no room for more. */
    FULL,
    /** Their file, or the library, does not work. */
    BROKEN
  }

  private final Consumer<Kind> listener;
  private volatile boolean unusable;
  private boolean told;

  /**
   * @param listener hears of the first trouble
   */
  MapCircuitBreaker(Consumer<Kind> listener) {
    this.listener = listener;
  }

  /**
   * Runs an operation on the maps.
   *
   * @return null when it fails, or when the maps are to be left alone: metadata can always be had
   *     from elsewhere
   */
  <T> T call(Supplier<T> operation) {
    if (unusable) {
      return null;
    }
    try {
      return operation.get();
    } catch (OutOfMemoryError e) {
      throw e; // the process's trouble, not that of the maps
    } catch (RuntimeException | Error e) {
      met(e);
      return null;
    }
  }

  /** As {@link #call}, without a result. */
  void run(Runnable operation) {
    call(
        () -> {
          operation.run();
          return null;
        });
  }

  private void met(Throwable e) {
    if (e instanceof ChronicleHashClosedException) {
      return; // replaced by another generation just now
    }
    if (e instanceof InterProcessDeadLockException) {
      unusable = true;
      warn(Kind.STUCK, e);
    } else if (e instanceof Error) {
      unusable = true; // such as the InternalError for a page that the disk cannot give
      warn(Kind.BROKEN, e);
    } else if (e instanceof IllegalStateException) {
      warn(Kind.FULL, e);
    } else {
      log.warn("cannot read or write an entry of the shared maps: {}", e.toString());
    }
  }

  private void warn(Kind kind, Throwable e) {
    synchronized (this) {
      if (told) {
        return;
      }
      told = true;
    }
    log.warn("the shared maps are {}: {}; continuing without them", kind, e.toString());
    listener.accept(kind);
  }
}
