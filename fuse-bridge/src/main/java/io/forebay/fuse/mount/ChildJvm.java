package io.forebay.fuse.mount;

import io.forebay.locale.FileNameCharset;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Java process with the options and the class path of this one, and names of files in UTF-8.
 *
 * @param main its main class
 * @param arguments behind the first ones, which differ from child to child; everybody on the
 *     machine can read them
 * @param input what nobody else may read: it comes first at the standard input
 */
public record ChildJvm(String main, List<String> arguments, String input) {

  private static final Logger log = LoggerFactory.getLogger(ChildJvm.class);

  /**
   * Half of the CPU time of a start is the second compiler's, which a process that mostly makes
   * system calls has little of.
   */
  private static final List<String> QUICK =
      List.of("-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=32m");

  /**
   * @param options of the JVM, beside those of this one
   * @param first arguments
   */
  List<String> command(List<String> options, List<String> first) throws IOException {
    // The system's own record: ProcessHandle's is cut off where class paths are long.
    List<String> self = List.of(Files.readString(Path.of("/proc/self/cmdline")).split("\0", -1));
    List<String> command = new ArrayList<>();
    if (!FileNameCharset.isUtf8()) {
      command.addAll(List.of("env", FileNameCharset.UTF8_LOCALE)); // env becomes the JVM itself
    }
    command.addAll(self.subList(0, self.indexOf(ownMain())));
    command.addAll(QUICK);
    command.addAll(options);
    command.add(main);
    command.addAll(first);
    command.addAll(arguments);
    return command;
  }

  /** All that a process is to read; the end of one that has ended already is seen elsewhere. */
  void writeInput(Process process) {
    try (Writer to = process.outputWriter(StandardCharsets.UTF_8)) {
      to.write(input + "\n");
    } catch (IOException e) {
      log.debug("process {} does not read its input", process.pid(), e);
    }
  }

  /** As the launcher was given it. */
  private static String ownMain() {
    return System.getProperty("sun.java.command").split(" ", 2)[0];
  }
}
