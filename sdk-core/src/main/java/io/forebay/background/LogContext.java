package io.forebay.background;

import org.slf4j.MDC;

/**
 * The data set that a thread works on, as SLF4J's diagnostic context: back-ends print it beside
 * each line, also beside those of libraries, which know nothing of data sets. Closed by the thread
 * that opened it.
 */
public final class LogContext implements AutoCloseable {

  /** Its key in the diagnostic context. */
  private static final String DATA_SET = "dataset";

  private final String before;

  private LogContext(String before) {
    this.before = before;
  }

  /**
   * Until this is closed, what the thread logs is about the data set.
   *
   * @param dataSet empty for none
   */
  public static LogContext of(String dataSet) {
    LogContext context = new LogContext(MDC.get(DATA_SET));
    set(dataSet.isEmpty() ? null : dataSet);
    return context;
  }

  private static void set(String dataSet) {
    if (dataSet == null) {
      MDC.remove(DATA_SET);
    } else {
      MDC.put(DATA_SET, dataSet);
    }
  }

  /** The task, which keeps the data set of this thread where it runs. */
  public static Runnable carried(Runnable task) {
    String dataSet = MDC.get(DATA_SET);
    return carried(dataSet == null ? "" : dataSet, task);
  }

  /** The task, which works on this data set alone. */
  public static Runnable carried(String dataSet, Runnable task) {
    return () -> {
      try (LogContext context = of(dataSet)) {
        task.run();
      }
    };
  }

  @Override
  public void close() {
    set(before);
  }
}
