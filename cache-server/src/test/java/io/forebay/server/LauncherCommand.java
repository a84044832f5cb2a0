package io.forebay.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The launcher itself, in a tree as it is installed, whose JDK is a script. */
final class LauncherCommand {

  private LauncherCommand() {}

  /**
   * @param java what its JVM is to do, as a command of the shell
   */
  static ProcessBuilder with(Path directory, String java, String... arguments) throws IOException {
    Path tree = directory.resolve("forebay");
    for (String file : List.of("bin/forebay", "lib/java.sh")) {
      Path copy = tree.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(
          source().resolve(file),
          copy,
          StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.COPY_ATTRIBUTES);
    }
    Path jdk = Files.createDirectories(tree.resolve("jdk/bin")).getParent();
    executable(jdk.resolve("bin/javac"), "");
    executable(jdk.resolve("bin/java"), java);
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25\"\n");
    Files.writeString(tree.resolve("lib/forebay-cache-server-1.jar"), "");

    ProcessBuilder builder = new ProcessBuilder("bash", tree.resolve("bin/forebay").toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().put("JAVA_HOME", jdk.toString());
    return builder;
  }

  /** The arguments that the launcher gives its JVM. */
  static List<String> of(Path directory, String... arguments) throws IOException {
    Process process = with(directory, "printf '%s\\n' \"$@\"", arguments).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .toList();
  }

  private static Path source() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("cache-server/src/dist"))) {
      at = at.getParent();
    }
    return at.resolve("cache-server/src/dist");
  }

  private static void executable(Path file, String script) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }
}
