package io.forebay.cluster;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Short commands of the system. */
final class Shell {

  private static final int LIMIT_SECONDS = 60;

  private Shell() {}

  /**
   * Runs a command and returns what it printed.
   *
   * @throws IOException when it fails, with what it printed
   */
  static String run(String... command) throws IOException {
    Path output = Files.createTempFile("forebay-command", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(List.of(command) + " did not end in " + LIMIT_SECONDS + " s");
      }
      String printed = Files.readString(output, StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new IOException(List.of(command) + " failed: " + printed.strip());
      }
      return printed;
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    } finally {
      Files.delete(output);
    }
  }

  /** Sends a signal such as {@code STOP} to a process. */
  static void signal(String name, Process process) throws IOException {
    run("kill", "-" + name, String.valueOf(process.pid()));
  }
}
