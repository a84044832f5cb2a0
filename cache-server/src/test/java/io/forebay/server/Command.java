package io.forebay.server;

import io.forebay.cli.ForebayCommand;
import io.forebay.metadata.SharedMaps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The forebay command as a process of its own, for tests that kill it. */
final class Command {

  private Command() {}

  static ProcessBuilder forebay(String... arguments) {
    return java(ForebayCommand.class, arguments);
  }

  /** A main class in a small JVM that starts quickly. */
  static ProcessBuilder java(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of(SharedMaps.JVM_FLAGS.split(" ", -1)));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }
}
