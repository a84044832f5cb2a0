package io.forebay.membership.etcd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real etcd, built from its Go module once on a machine: it stays in the user's cache directory
 * under the hash of the module's files, which are resources of the tests.
 */
final class EtcdProgram {

  private static final String MODULE = "go.etcd.io/etcd/server/v3";

  private static final long BUILD_MINUTES = 15;

  private EtcdProgram() {}

  /** Skips the test if there is no Go to build it with. */
  static Path find() throws IOException, InterruptedException {
    Map<String, byte[]> files =
        Map.of("go.mod", resource("go.mod.txt"), "go.sum", resource("go.sum.txt"));
    Path program = cache().resolve(hash(files)).resolve("etcd");
    if (!Files.isExecutable(program)) {
      assumeTrue(
          Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
              .anyMatch(directory -> Files.isExecutable(Path.of(directory, "go"))),
          "not tested with etcd: there is no Go to build it with; install Go, at least the version"
              + " in go.mod.txt");
      build(files, program);
    }
    return program;
  }

  private static Path cache() {
    return Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
        .map(Path::of)
        .orElse(Path.of(System.getProperty("user.home"), ".cache"))
        .resolve("forebay-tests");
  }

  private static void build(Map<String, byte[]> files, Path program)
      throws IOException, InterruptedException {
    Files.createDirectories(program.getParent());
    Path directory = Files.createTempDirectory(program.getParent(), "build");
    try {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Files.write(directory.resolve(file.getKey()), file.getValue());
      }
      Path log = directory.resolve("log");
      ProcessBuilder go =
          new ProcessBuilder(
                  List.of("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", "etcd", MODULE))
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      go.environment().put("CGO_ENABLED", "0");
      Process build = go.start();
      try {
        if (!build.waitFor(BUILD_MINUTES, TimeUnit.MINUTES) || build.exitValue() != 0) {
          throw new IOException("cannot build etcd: " + Files.readString(log));
        }
      } finally {
        build.destroyForcibly();
      }
      // Another process may have been building it, too.
      Files.move(directory.resolve("etcd"), program, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(directory);
    }
  }

  /** A directory with all that is in it. */
  static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = EtcdProgram.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  private static String hash(Map<String, byte[]> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(files.get("go.mod"));
      digest.update(files.get("go.sum"));
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
