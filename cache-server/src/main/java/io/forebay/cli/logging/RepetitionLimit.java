package io.forebay.cli.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * Lets no loop fill the log: of each message, whatever its arguments are, at most so many lines a
 * minute are written. The log says when lines are left out, and how many were. Logback's own {@code
 * DuplicateMessageFilter} would leave a message out for good. Thread-safe.
 */
public final class RepetitionLimit extends TurboFilter {

  /** Enough for what operators do, and for the first files of a disk that fails. */
  static final int LINES = 20;

  private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** Messages that are counted at a time. Their texts are constants of the program. */
  private static final int MESSAGES = 10_000;

  private static final Marker OWN = MarkerFactory.getMarker("repetitions");

  private record Message(String logger, String text) {}

  private static final class Window {
    private long startNanos;
    private long lines;
  }

  private final LongSupplier nanoTime;
  private final Map<Message, Window> windows = new HashMap<>();

  public RepetitionLimit() {
    this(System::nanoTime);
  }

  RepetitionLimit(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public FilterReply decide(
      Marker marker, Logger logger, Level level, String text, Object[] arguments, Throwable e) {
    if (text == null || OWN.equals(marker) || !level.isGreaterOrEqual(logger.getEffectiveLevel())) {
      return FilterReply.NEUTRAL;
    }
    long lines;
    long leftOut = 0;
    synchronized (windows) {
      if (windows.size() >= MESSAGES) {
        windows.clear();
      }
      long now = nanoTime.getAsLong();
      Window window =
          windows.computeIfAbsent(new Message(logger.getName(), text), m -> new Window());
      if (window.lines == 0 || now - window.startNanos >= WINDOW_NANOS) {
        leftOut = Math.max(0, window.lines - LINES);
        window.startNanos = now;
        window.lines = 0;
      }
      lines = ++window.lines;
    }
    if (leftOut > 0) {
      logger.warn(OWN, "suppressed {} lines like the next one", leftOut);
    }
    if (lines == LINES + 1) {
      logger.warn(
          OWN,
          "suppressing more lines like the last one for a minute: there were {} within a minute",
          LINES);
    }
    return lines > LINES ? FilterReply.DENY : FilterReply.NEUTRAL;
  }
}
