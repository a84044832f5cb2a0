package io.forebay.kubernetes.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The programs that a cluster consists of, built from their Go modules once on a machine. */
final class Programs {

  private static final long BUILD_MINUTES = 40;
  private static final List<String> NEEDED =
      List.of("go", "unshare", "nsenter", "ip", "containerd", "runc", "ctr", "busybox");

  private Programs() {}

  /** What keeps a cluster from being started here, with what to do. */
  static Optional<String> missing() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.of("a cluster is started as root only");
    }
    return NEEDED.stream()
        .filter(program -> !isOnPath(program))
        .findFirst()
        .map(
            program ->
                "no "
                    + program
                    + "; on Debian: apt-get install golang iproute2 containerd runc"
                    + " containernetworking-plugins busybox-static");
  }

  private static boolean isOnPath(String program) {
    return List.of(System.getenv("PATH").split(":", -1)).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /**
   * Builds what is missing, which the first time takes a quarter of an hour.
   *
   * @return the folder that has them
   */
  static Path folder() throws IOException, InterruptedException {
    Path build = Path.of("cluster", "build").toAbsolutePath();
    Process process =
        new ProcessBuilder(build.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String folder = process.inputReader().readLine();
    if (!process.waitFor(BUILD_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
      process.destroy();
      throw new IOException(build + " failed");
    }
    return Path.of(folder);
  }
}
