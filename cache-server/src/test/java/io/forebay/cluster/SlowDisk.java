package io.forebay.cluster;

import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A disk of which a process gets few bytes a second: a loop device that writes through, throttled
 * by a control group (blkio, of version 1). The process mounts it itself, on a {@link Host}, so
 * that the mount ends with it.
 */
final class SlowDisk implements AutoCloseable {

  private static final Path GROUPS = Path.of("/sys/fs/cgroup/blkio");
  private static final String PREFIX = "forebay-";
  private static final long IMAGE_BYTES = 128 << 20;

  private final Path image;
  private final Path point;
  private final Path group = GROUPS.resolve(PREFIX + ProcessHandle.current().pid());

  /**
   * Skips the test, with a reason, where there can be none.
   *
   * @param image a file to be made
   * @param point where the process is to see it
   */
  SlowDisk(Path image, Path point) throws IOException {
    this.image = image;
    this.point = Files.createDirectories(point);
    assumeTrue(
        Files.exists(GROUPS.resolve("blkio.throttle.read_bps_device")),
        "needs the blkio controller of cgroup v1 in " + GROUPS);
    removeLeftovers();
    Shell.run("truncate", "--size=" + IMAGE_BYTES, image.toString());
    Shell.run("mkfs.ext4", "-q", "-F", image.toString());
    Files.createDirectory(group);
  }

  /** Behind which the process is to be run. */
  String[] mounting() {
    return new String[] {
      "sh", "-c", "mount -o loop,sync " + image + " " + point + " && exec \"$@\"", "sh"
    };
  }

  /** From now on the process reads and writes so slowly. */
  void throttle(long bytesPerSecond, Process process) throws IOException {
    Files.writeString(group.resolve("cgroup.procs"), String.valueOf(process.pid()));
    await().atMost(ONE_MINUTE).until(() -> !device().isEmpty());
    for (String way : List.of("read", "write")) {
      Files.writeString(
          group.resolve("blkio.throttle." + way + "_bps_device"), device() + " " + bytesPerSecond);
    }
  }

  private String device() throws IOException {
    return Shell.run("losetup", "--noheadings", "--output", "MAJ:MIN", "-j", image.toString())
        .strip();
  }

  private static void removeLeftovers() throws IOException {
    try (Stream<Path> groups = Files.list(GROUPS)) {
      for (Path group : (Iterable<Path>) groups::iterator) {
        String name = group.getFileName().toString();
        if (name.matches(PREFIX + "[0-9]+")
            && ProcessHandle.of(Long.parseLong(name.substring(PREFIX.length()))).isEmpty()) {
          Files.delete(group);
        }
      }
    }
  }

  /** After the end of the process. */
  @Override
  public void close() throws IOException {
    Files.delete(group);
  }
}
