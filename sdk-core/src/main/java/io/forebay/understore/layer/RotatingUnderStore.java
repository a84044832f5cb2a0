package io.forebay.understore.layer;

import io.forebay.FileStatus;
import io.forebay.spec.Mount;
import io.forebay.understore.KeyListing;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreProviders;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.util.HashMap;
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
final class RotatingUnderStore extends ForwardingUnderStore {

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
    this.current = new Opened(options, UnderStoreProviders.open(mount.root(), options));
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
      current = new Opened(options, UnderStoreProviders.open(mount.root(), options));
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

  @Override
  <T> T send(Request<T> request) throws IOException {
    return sendTo(used -> request.send(used.store));
  }

  @FunctionalInterface
  private interface Use<T> {
    T of(Opened opened) throws IOException;
  }

  private <T> T sendTo(Use<T> use) throws IOException {
    Opened used = enter();
    try {
      return use.of(used);
    } catch (AccessDeniedException e) {
      if (mount.secrets().isEmpty() || (used == current && !look())) {
        throw e;
      }
    } finally {
      used.leave();
    }
    Opened fresh = enter();
    try {
      return use.of(fresh);
    } finally {
      fresh.leave();
    }
  }

  /** Not twice: the content is read to its end. */
  @Override
  <T> T write(Request<T> request) throws IOException {
    Opened used = enter();
    try {
      return request.send(used.store);
    } finally {
      used.leave();
    }
  }

  @Override
  UnderStore target() {
    return current.store;
  }

  @Override
  public Optional<KeyListing> keys() {
    return current.store.keys().isEmpty()
        ? Optional.empty()
        : Optional.of(after -> send(store -> store.keys().orElseThrow().list(after)));
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    if (mount.secrets().isEmpty()) {
      return current.store.open(file, offset, length);
    }
    return sendTo(used -> used.open(file, offset, length));
  }

  @Override
  public FileStatus rename(FileStatus from, String to) throws IOException {
    return send(store -> store.rename(from, to));
  }

  @Override
  public void close() {
    closed = true;
    current.leave();
  }
}
