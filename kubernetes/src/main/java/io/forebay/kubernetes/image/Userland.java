package io.forebay.kubernetes.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an image has below the JVM, taken from this machine: bash, which starts it, the libraries
 * that both are linked with, and BusyBox for the rest.
 */
final class Userland {

  /** A library as {@code ldd} prints it; the loader of programs comes without an arrow. */
  private static final Pattern LIBRARY = Pattern.compile("(?:=> |^\\s*)(/\\S+) \\(0x");

  /** Loaded by the C library itself when a thread ends. */
  private static final String ENDING_THREADS = "libgcc_s.so.1";

  /** Not BusyBox's. */
  private static final Set<String> PROGRAMS = Set.of("busybox", "bash", "nice");

  /** Where Debian has UTF-8 without a language; others have it in the C library. */
  private static final Path LOCALE = Path.of("/usr/lib/locale/C.utf8");

  private Userland() {}

  /**
   * @param runtime of Java, whose libraries are looked at
   * @param user the number of a user that is not root
   * @throws IOException when this machine lacks a program that it takes
   */
  static Layer layer(Path runtime, String user) throws IOException, InterruptedException {
    Path bash = program("bash");
    Path busybox = program("busybox");
    Path nice = program("nice"); // Debian's BusyBox has none
    Layer layer =
        new Layer()
            .directory("/tmp", 01777)
            .directory("/proc", 0755)
            .directory("/sys", 0755)
            .directory("/dev", 0755)
            .text("/etc/passwd", "root:x:0:0:root:/tmp:/bin/sh\n" + named(user))
            .text("/etc/group", "root:x:0:\nforebay:x:%s:\n".formatted(user))
            .text("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
            .file("/bin/bash", bash)
            .file("/bin/nice", nice)
            .file("/bin/busybox", busybox);
    if (Files.isDirectory(LOCALE)) {
      layer.tree(LOCALE.toString(), LOCALE);
    }
    for (String applet : Commands.output(busybox.toString(), "--list").split("\n", -1)) {
      if (!applet.isBlank() && !PROGRAMS.contains(applet)) {
        layer.link("/bin/" + applet, "busybox");
      }
    }
    layer.link("/usr/bin/env", "/bin/busybox");
    for (Path linked :
        List.of(
            bash,
            busybox,
            nice,
            runtime.resolve("bin/java"),
            runtime.resolve("lib/server/libjvm.so"),
            runtime.resolve("lib/libnet.so"))) {
      for (Path library : libraries(linked)) {
        if (!library.startsWith(runtime)) {
          layer.file(library.toString(), library.toRealPath());
          Path ending = library.resolveSibling(ENDING_THREADS);
          if (Files.exists(ending)) {
            layer.file(ending.toString(), ending.toRealPath());
          }
        }
      }
    }
    return layer;
  }

  private static String named(String user) {
    return "forebay:x:" + user + ":" + user + ":forebay:/tmp:/bin/sh\n";
  }

  private static Set<Path> libraries(Path linked) throws IOException, InterruptedException {
    Set<Path> libraries = new TreeSet<>();
    Process ldd = new ProcessBuilder("ldd", linked.toString()).redirectErrorStream(true).start();
    for (String line : ldd.inputReader().lines().toList()) {
      Matcher library = LIBRARY.matcher(line);
      if (library.find()) {
        libraries.add(Path.of(library.group(1)));
      }
    }
    ldd.waitFor(); // a static program is a failure to it
    return libraries;
  }

  private static Path program(String name) throws IOException {
    for (String folder : System.getenv("PATH").split(":", -1)) {
      Path program = Path.of(folder, name);
      if (Files.isExecutable(program)) {
        return program.toRealPath();
      }
    }
    throw new IOException(
        "an image takes "
            + name
            + " from this machine, which has none; on Debian: apt-get install bash coreutils busybox-static");
  }
}
