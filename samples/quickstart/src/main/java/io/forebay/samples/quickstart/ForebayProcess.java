package io.forebay.samples.quickstart;

import io.forebay.cli.ForebayCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The forebay command in a process of its own, until it is told to end. */
final class ForebayProcess implements AutoCloseable {

  private final Process process;

  private ForebayProcess(Process process) {
    this.process = process;
    // If this process dies, the others must not stay.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
  }

  /**
   * Starts one, and returns when it is ready.
   *
   * @param name for messages
   * @param log what it says of troubles
   * @param ready part of its first line
   * @throws IOException when it ends before, with what it said
   */
  static ForebayProcess start(String name, Path log, String ready, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The flags that this JVM got from the launcher, for the shared maps.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ForebayCommand.class.getName());
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    ForebayProcess started = new ForebayProcess(process);
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    String line = output.readLine();
    if (line == null || !line.contains(ready)) {
      process.destroyForcibly();
      throw new IOException(name + " did not start:\n" + Files.readString(log));
    }
    return started;
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
