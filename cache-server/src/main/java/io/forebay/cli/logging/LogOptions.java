package io.forebay.cli.logging;

import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * How a command logs, by options or by the environment. Both are to be known before anything is
 * logged: {@link LogSetup} takes them when the first logger is made.
 */
public final class LogOptions {

  private static final String FORMAT = "FOREBAY_LOG_FORMAT";
  private static final String LEVEL = "FOREBAY_LOG_LEVEL";

  /** Forms of a line. */
  enum Format {
    text,
    json
  }

  /** Levels of SLF4J. */
  enum Level {
    error,
    warn,
    info,
    debug,
    trace
  }

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "Format of the log: ${COMPLETION-CANDIDATES} (default: text).")
  private Format format;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "Lowest level that is logged: ${COMPLETION-CANDIDATES} (default: info).")
  private Level level;

  /** Uses what was given, else what the environment says, else INFO. */
  public void apply() {
    if (format != null) {
      System.setProperty(FORMAT, format.name());
    }
    if (level != null) {
      System.setProperty(LEVEL, level.name());
    } else if (given(LEVEL).isEmpty()) {
      System.setProperty(LEVEL, Level.info.name());
    }
  }

  static boolean isJson() {
    return given(FORMAT).equals(Optional.of(Format.json.name()));
  }

  /** What commands log that are not told otherwise is for the one who gave them. */
  static String level() {
    return given(LEVEL).orElse(Level.warn.name());
  }

  /** What is wrong with the environment, before it is silently left alone. */
  public static Optional<String> problem() {
    return problem(FORMAT, Format.values()).or(() -> problem(LEVEL, Level.values()));
  }

  private static Optional<String> problem(String name, Enum<?>[] values) {
    return given(name)
        .filter(text -> Arrays.stream(values).noneMatch(v -> v.name().equals(text)))
        .map(text -> name + " is '" + text + "'; use one of " + Arrays.toString(values));
  }

  private static Optional<String> given(String name) {
    return Optional.ofNullable(System.getProperty(name, System.getenv(name)));
  }
}
