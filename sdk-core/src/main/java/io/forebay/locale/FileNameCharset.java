package io.forebay.locale;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The character set in which this JVM reads and writes names of files, arguments and variables. A
 * JVM takes it from its locale as it starts; JDK 17 and 25 both ignore {@code -Dsun.jnu.encoding}.
 * So a JVM without a UTF-8 locale, which is usual in containers, cannot be mended from inside.
 */
public final class FileNameCharset {

  /** The environment variable that gives a new JVM a UTF-8 locale. */
  public static final String UTF8_LOCALE = "LC_ALL=C.UTF-8";

  private static final Logger log = LoggerFactory.getLogger(FileNameCharset.class);

  private static final AtomicBoolean warned = new AtomicBoolean();

  private FileNameCharset() {}

  public static boolean isUtf8() {
    return Charset.forName(name()).equals(StandardCharsets.UTF_8);
  }

  private static String name() {
    return System.getProperty("sun.jnu.encoding", StandardCharsets.UTF_8.name());
  }

  /** What is wrong, and what to do about it; for a JVM that is not {@link #isUtf8}. */
  public static String problem() {
    return "this JVM decodes file names as "
        + name()
        + ", so it cannot list or open files with non-ASCII names; start it with "
        + UTF8_LOCALE
        + " in its environment (no JVM option has the same effect)";
  }

  /** Logs the problem, if there is one, once in this process. */
  public static void warnOnce() {
    if (!isUtf8() && !warned.getAndSet(true)) {
      log.warn("{}", problem());
    }
  }
}
