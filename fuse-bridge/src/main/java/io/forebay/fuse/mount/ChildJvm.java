package io.forebay.fuse.mount;

import io.forebay.locale.FileNameCharset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Java process with the options and the class path of this one, and names of files in UTF-8.
 *
 * @param main its main class
 * @param arguments behind the first, which differs from child to child
 */
public record ChildJvm(String main, List<String> arguments) {

  /**
   * Half of the CPU time of a start is the second compiler's, which a process that mostly makes
   * system calls has little of.
   */
  private static final String QUICK = "-XX:TieredStopAtLevel=1";

  /**
   * @param options of the JVM, beside those of this one
   * @param first argument
   */
  List<String> command(List<String> options, String first) throws IOException {
    // The system's own record: ProcessHandle's is cut off where class paths are long.
    List<String> self = List.of(Files.readString(Path.of("/proc/self/cmdline")).split("\0", -1));
    List<String> command = new ArrayList<>();
    if (!FileNameCharset.isUtf8()) {
      command.addAll(List.of("env", FileNameCharset.UTF8_LOCALE)); // env becomes the JVM itself
    }
    command.addAll(self.subList(0, self.indexOf(ownMain())));
    command.add(QUICK);
    command.addAll(options);
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
