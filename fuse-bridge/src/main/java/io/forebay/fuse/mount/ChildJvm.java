package io.forebay.fuse.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A Java process with the options and the class path of this one.
 *
 * @param main its main class
 * @param arguments behind the first, which differs from child to child
 */
public record ChildJvm(String main, List<String> arguments) {

  /**
   * @param first argument
   * @param archive of loaded classes, from which it starts in half the time
   */
  List<String> command(String first, Optional<Path> archive) throws IOException {
    List<String> options = new ArrayList<>();
    archive.ifPresent(
        file -> options.addAll(List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds*=off")));
    return command(options, first);
  }

  /** One that leaves an archive of its loaded classes behind, and lets others go first. */
  List<String> rehearsal(String first, Path archive) throws IOException {
    List<String> command = new ArrayList<>(List.of("nice", "-n", "19"));
    command.addAll(
        command(List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:cds*=off"), first));
    return command;
  }

  private List<String> command(List<String> more, String first) throws IOException {
    // The system's own record: ProcessHandle's is cut off where class paths are long.
    List<String> self = List.of(Files.readString(Path.of("/proc/self/cmdline")).split("\0", -1));
    List<String> command = new ArrayList<>(self.subList(0, self.indexOf(ownMain())));
    command.addAll(more);
    command.add(main);
    command.add(first);
    command.addAll(arguments);
    return command;
  }

  /** As the launcher was given it. */
  private static String ownMain() {
    return System.getProperty("sun.java.command").split(" ", 2)[0];
  }
}
