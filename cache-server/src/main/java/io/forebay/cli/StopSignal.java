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

  private StopSignal() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::obey, "forebay-stop"));
  }

  /** What runs until the process is told to stop, and then puts everything away. */
  @FunctionalInterface
  public interface Service {
    void run(StopSignal stop) throws Exception;
  }

  /**
   * Runs a service to its end.
   *
   * @return the status to exit with
   */
  public static int serve(Service service) throws Exception {
    StopSignal stop = new StopSignal();
    try {
      service.run(stop);
      stop.succeeded = true;
    } finally {
      stop.ended.countDown();
    }
    return CommandLine.ExitCode.OK;
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
}
