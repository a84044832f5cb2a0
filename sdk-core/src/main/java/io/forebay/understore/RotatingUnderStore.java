package io.forebay.understore;

import io.forebay.FileStatus;
import io.forebay.spec.Mount;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mount's store, opened anew when its secrets change: keys rotate without a restart. They are
 * looked at every few seconds, and at once when the store refuses those that it has. Requests under
 * way go on with what they started with. Thread-safe.
 */
final class RotatingUnderStore implements UnderStore {

  private static final Logger log = LoggerFactory.getLogger(RotatingUnderStore.class);

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Mount mount;
  private volatile Opened current;
  private volatile long lookedAt;
  private volatile boolean closed;

  /** A store with one set of keys; closed when it was replaced and its last user is done. */
  private static final class Opened {

    private final Map<String, String> options;
    private final UnderStore store;
    private final AtomicInteger users = new AtomicInteger(1);

    Opened(Map<String, String> options, UnderStore store) {
      this.options = options;
      this.store = store;
    }

    /** Whether it may still be used. */
    boolean enter() {
      return users.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
    }

    /** For one who is inside. */
    InputStream open(FileStatus file, long offset, long length) throws IOException {
      InputStream in = store.open(file, offset, length);
      enter();
      return new FilterInputStream(in) {
        private boolean closed;

        @Override
        public void close() throws IOException {
          if (!closed) {
            closed = true;
            try {
              super.close();
            } finally {
              leave();
            }
          }
        }
      };
    }

    void leave() {
      if (users.decrementAndGet() == 0) {
        try {
          store.close();
        } catch (IOException e) {
          log.debug("closing a client with the former keys failed", e);
        }
      }
    }
  }

  RotatingUnderStore(Mount mount) throws IOException {
    this.mount = mount;
    Map<String, String> options = options();
    this.current =
        new Opened(options, UnderStores.provider(mount.root()).open(mount.root(), options));
    this.lookedAt = System.nanoTime();
  }

  private Map<String, String> options() throws IOException {
    Map<String, String> all = new HashMap<>(mount.options());
    for (var secret : mount.secrets().entrySet()) {
      all.put(secret.getKey(), secret.getValue().read());
    }
    return all;
  }

  private Opened enter() throws IOException {
    if (!mount.secrets().isEmpty() && System.nanoTime() - lookedAt > LOOK_NANOS) {
      look();
    }
    while (true) {
      Opened now = current;
      if (now.enter()) {
        return now;
      }
      if (closed) {
        throw new IOException(mount.root() + " is closed");
      }
    }
  }

  /** Whether the keys had changed. */
  private synchronized boolean look() {
    lookedAt = System.nanoTime();
    try {
      Map<String, String> options = options();
      if (options.equals(current.options)) {
        return false;
      }
      Opened before = current;
      current = new Opened(options, UnderStores.provider(mount.root()).open(mount.root(), options));
      before.leave();
      log.info("{} has new keys", mount.root());
      return true;
    } catch (IOException | RuntimeException e) {
      // Being replaced, perhaps: the keys at hand are good until the store says no.
      log.warn(
          "cannot read the keys of {} again; using the former ones: {}",
          mount.root(),
          e.getMessage());
      return false;
    }
  }

  private interface Request<T> {
    T send(Opened used) throws IOException;
  }

  private <T> T send(Request<T> request) throws IOException {
    Opened used = enter();
    try {
      return request.send(used);
    } catch (AccessDeniedException e) {
      if (mount.secrets().isEmpty() || (used == current && !look())) {
        throw e;
      }
    } finally {
      used.leave();
    }
    Opened fresh = enter();
    try {
      return request.send(fresh);
    } finally {
      fresh.leave();
    }
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    return send(used -> used.store.stat(path));
  }

  @Override
  public ListingPage list(String directory, String continuation) throws IOException {
    return send(used -> used.store.list(directory, continuation));
  }

  @Override
  public boolean hasEntries() throws IOException {
    return send(used -> used.store.hasEntries());
  }

  @Override
  public Optional<KeyListing> keys() {
    return current.store.keys().isEmpty()
        ? Optional.empty()
        : Optional.of(after -> send(used -> used.store.keys().orElseThrow().list(after)));
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    if (mount.secrets().isEmpty()) {
      return current.store.open(file, offset, length);
    }
    return send(used -> used.open(file, offset, length));
  }

  @Override
  public FileStatus put(String path, InputStream content, long length) throws IOException {
    // Not twice: the content is read to its end.
    Opened used = enter();
    try {
      return used.store.put(path, content, length);
    } finally {
      used.leave();
    }
  }

  @Override
  public FileStatus rename(FileStatus from, String to) throws IOException {
    return send(used -> used.store.rename(from, to));
  }

  private interface Change {
    void make(UnderStore store) throws IOException;
  }

  private void change(Change change) throws IOException {
    send(
        used -> {
          change.make(used.store);
          return null;
        });
  }

  @Override
  public List<UnfinishedWrite> unfinished() throws IOException {
    return send(used -> used.store.unfinished());
  }

  @Override
  public void abandon(UnfinishedWrite write) throws IOException {
    change(store -> store.abandon(write));
  }

  @Override
  public void delete(String path) throws IOException {
    change(store -> store.delete(path));
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    change(store -> store.makeDirectory(path));
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    change(store -> store.removeDirectory(path));
  }

  @Override
  public void close() {
    closed = true;
    current.leave();
  }
}
