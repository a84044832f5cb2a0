package io.forebay.cli;

import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;

/**
 * SIGTERM and SIGINT as the order to stop: a process that does as it is told ends with 0, where the
 * JVM would say 143 or 130, which supervisors take for a failure.
 */
public final class StopSignal {

  private final CountDownLatch ordered = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean succeeded;

  public StopSignal() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::obey, "forebay-stop"));
  }

  private void obey() {
    if (ended.getCount() == 0) {
      return; // the process ends by itself, with a status of its own
    }
    ordered.countDown();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (succeeded) {
      Runtime.getRuntime().halt(CommandLine.ExitCode.OK); // the JVM has its status already
    }
  }

  /** Returns when the process is told to stop. */
  public void await() throws InterruptedException {
    ordered.await();
  }

  /** All is closed, and nothing failed. */
  public void succeeded() {
    succeeded = true;
  }

  /** There is nothing more to wait for. */
  public void ended() {
    ended.countDown();
  }
}
