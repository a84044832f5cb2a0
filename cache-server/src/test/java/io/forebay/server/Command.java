package io.forebay.server;

import io.forebay.cli.ForebayCommand;
import io.forebay.metadata.SharedMaps;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** The forebay command as a process of its own, for tests that kill it. */
public final class Command {

  private Command() {}

  public static ProcessBuilder forebay(String... arguments) {
    return java(ForebayCommand.class, arguments);
  }

  /** A main class in a small JVM that starts quickly. */
  public static ProcessBuilder java(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xms8m", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of(SharedMaps.JVM_FLAGS.split(" ", -1)));
    // Without these the JVM itself writes into the log.
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }

  /**
   * Has a command take its classes from archives only, as one that is installed does.
   *
   * @param directory for those that are made
   */
  static void useJars(ProcessBuilder command, Path directory) throws IOException {
    int classPath = command.command().indexOf("-cp") + 1;
    List<String> jars = new ArrayList<>();
    for (String entry : command.command().get(classPath).split(File.pathSeparator, -1)) {
      jars.add(Files.isDirectory(Path.of(entry)) ? jar(Path.of(entry), directory) : entry);
    }
    command.command().set(classPath, String.join(File.pathSeparator, jars));
  }

  private static String jar(Path classes, Path directory) throws IOException {
    Path jar = Files.createTempFile(directory, "classes", ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        out.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
      }
    }
    return jar.toString();
  }
}
