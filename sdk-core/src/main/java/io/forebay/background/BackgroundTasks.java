package io.forebay.background;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks that a process repeats in the background. Whatever a round of a task throws, an Error
 * too, is logged once and remembered until a later round succeeds. It never ends the thread: a
 * thread that died would be missed by nobody, while its work is no longer done. Thread-safe.
 */
public final class BackgroundTasks {

  private static final Logger log = LoggerFactory.getLogger(BackgroundTasks.class);

  private final Map<String, String> failures = new ConcurrentSkipListMap<>();

  /** One round of a task. */
  @FunctionalInterface
  public interface Round {
    void run() throws Exception;
  }

  /**
   * Runs one round.
   *
   * @param task what it does, for people
   * @throws InterruptedException when the round was interrupted; that is no failure
   */
  public void run(String task, Round round) throws InterruptedException {
    try {
      round.run();
      succeeded(task);
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      failed(task, e);
    }
  }

  /** The task as an executor wants it. */
  public Runnable guarded(String task, Round round) {
    return () -> {
      try {
        run(task, round);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private void succeeded(String task) {
    if (failures.remove(task) != null) {
      log.info("{} works again", task);
    }
  }

  private void failed(String task, Throwable e) {
    String reason = e.toString();
    if (reason.equals(failures.put(task, reason))) {
      return;
    }
    if (e instanceof IOException) {
      log.warn("{} failed; will retry: {}", task, reason);
    } else {
      log.error("{} failed; will retry", task, e);
    }
  }

  /** Forgets a task that is not run any more. */
  public void forget(String task) {
    failures.remove(task);
  }

  /** What failed and did not succeed since: tasks, and why. */
  public Map<String, String> failures() {
    return Map.copyOf(failures);
  }
}
