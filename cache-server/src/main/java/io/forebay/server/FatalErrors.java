package io.forebay.server;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a server's process after an error of the JVM, such as that it has no memory. Threads that
 * died of it are missed for ever, and a process that is half dead is worse than none: its
 * supervisor starts another one, which has all files, and its clients go around it meanwhile.
 */
public final class FatalErrors {

  /** As {@code -XX:+ExitOnOutOfMemoryError} has it, which sees fewer of them. */
  private static final int STATUS = 3;

  private static final Logger log = LoggerFactory.getLogger(FatalErrors.class);

  private static volatile boolean ending;

  private FatalErrors() {}

  /** From now on such an error in any thread ends the process. */
  public static void exitOnFatalError() {
    ending = true;
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          log.error("thread {} died", thread.getName(), failure);
          handle(failure);
        });
  }

  /** For those who caught one. */
  static void handle(Throwable failure) {
    if (ending && failure instanceof VirtualMachineError) {
      System.err.println("forebay: the server exits and must be restarted: " + failure);
      Runtime.getRuntime().halt(STATUS);
    }
  }
}
