package io.forebay.fuse.hold;

import io.forebay.fuse.hold.StoreSocket.NoStoreException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a {@link DescriptorStore} hold what this process uses, also a store that comes later or comes
 * again: a thread watches it, and gives all of it to each new one. Thread-safe.
 */
public final class StoreLink implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(StoreLink.class);

  private static final int WATCH_MILLIS = 1_000;
  private static final long RETRY_MILLIS = 100;

  /** A process that is being stopped may still finish what it does. */
  private static final long CLAIM_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final StoreSocket store;
  private final int life;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("forebay-hold").unstarted(this::run);

  // Guarded by this.
  private final Map<String, Held> kept = new LinkedHashMap<>();
  private String said = "";
  private boolean ungiven;
  private boolean closed;

  /**
   * @param life one end of a pipe; the processes that have the other end use what is kept
   */
  public StoreLink(StoreSocket store, int life) {
    this.store = store;
    this.life = life;
    thread.start();
  }

  /**
   * Takes a name for this process.
   *
   * @return what is held for it; empty when nothing is, or no store answers
   * @throws IOException when another process has it
   */
  public Optional<Held> claim(String name) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + CLAIM_NANOS;
    while (true) {
      try {
        return store.claim(name, life);
      } catch (NoStoreException e) {
        say(e);
        return Optional.empty();
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
      }
    }
  }

  /** Has it held from now on. */
  public synchronized void keep(Held held) {
    kept.put(held.name(), held);
    try (StoreSocket.Conversation conversation = store.open()) {
      conversation.keep(held, life);
    } catch (IOException e) {
      say(e);
      ungiven = true; // the thread tries it again
    }
  }

  /** A name that was claimed is not used, and what is held for it is left to others. */
  public void free(String name) {
    try {
      store.free(name);
    } catch (IOException e) {
      log.debug("the descriptor store does not know {} any more", name, e);
    }
  }

  /** It has ended, or was never used. Its descriptors may be closed then. */
  public synchronized void drop(String name) {
    kept.remove(name);
    try {
      store.drop(name);
    } catch (IOException e) {
      log.debug("the descriptor store does not hold {} any more", name, e);
    }
  }

  private void run() {
    while (!isClosed()) {
      try (StoreSocket.Conversation conversation = store.open()) {
        giveAll(conversation);
        while (!conversation.awaitEnd(WATCH_MILLIS)) {
          if (isClosed()) {
            return;
          }
          if (isUngiven()) {
            giveAll(conversation);
          }
        }
      } catch (IOException e) {
        say(e);
      }
      pause();
    }
  }

  private synchronized void giveAll(StoreSocket.Conversation conversation) throws IOException {
    for (Held held : List.copyOf(kept.values())) {
      conversation.keep(held, life);
    }
    ungiven = false;
    if (!said.isEmpty()) {
      said = "";
      log.info("the descriptor store at {} holds what this process serves", store.path());
    }
  }

  private synchronized void say(IOException e) {
    String reason = String.valueOf(e.getMessage());
    if (!said.equals(reason)) {
      said = reason;
      log.warn("mounts do not outlive this process until they are held: {}", reason);
    }
  }

  private synchronized boolean isUngiven() {
    return ungiven;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      // It is closed.
    }
  }

  /** Gives nothing any more. What is held stays held. */
  @Override
  public synchronized void close() {
    closed = true;
    kept.clear();
    thread.interrupt();
  }
}
