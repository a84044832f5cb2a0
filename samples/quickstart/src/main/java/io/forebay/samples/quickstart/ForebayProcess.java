package io.forebay.samples.quickstart;

import io.forebay.cli.ForebayCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The forebay command in a process of its own. */
final class ForebayProcess implements AutoCloseable {

  private final Process process;

  private ForebayProcess(Process process) {
    this.process = process;
    // If this process dies, the others must not stay.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
  }

  /**
   * Starts one that runs until it is closed, and returns when it is ready.
   *
   * @param name for messages
   * @param log what it says of troubles
   * @param ready part of its first line
   * @throws IOException when it ends before, with what it said
   */
  static ForebayProcess start(String name, Path log, String ready, List<String> arguments)
      throws IOException {
    ForebayProcess started = new ForebayProcess(launch(log, arguments));
    BufferedReader output = started.process.inputReader(StandardCharsets.UTF_8);
    String line = output.readLine();
    if (line == null || !line.contains(ready)) {
      started.process.destroyForcibly();
      throw new IOException(name + " did not start:\n" + Files.readString(log));
    }
    return started;
  }

  /**
   * Runs one to its end.
   *
   * @param log what it says of troubles
   * @throws IOException when it fails, with what it said
   */
  static void run(Path log, List<String> arguments) throws IOException {
    try (ForebayProcess started = new ForebayProcess(launch(log, arguments))) {
      started.process.inputReader(StandardCharsets.UTF_8).lines().forEach(line -> {});
      if (started.process.waitFor() != 0) {
        throw new IOException(
            "forebay " + String.join(" ", arguments) + ":\n" + Files.readString(log));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  private static Process launch(Path log, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The flags that this JVM got from the launcher, for the shared maps.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(command::add);
    // A server's second compiler would be busy all through the first epoch, on the cores that
    // train; a short command's would gain nothing.
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ForebayCommand.class.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectError(log.toFile()).start();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
