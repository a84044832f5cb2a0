package io.forebay;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A file system whose disk can be made to fail: a loop device over an image that is cut short.
 * Tests that use it are skipped where nobody may mount.
 */
public final class FailingDisk implements AutoCloseable {

  private static final int IMAGE_BYTES = 32 << 20;

  /** What is left of the image. Blocks of files lie behind it. */
  private static final int LEFT_BYTES = 64 << 10;

  private final Path host;
  private final Path point;
  private final Deque<Path> mounted = new ArrayDeque<>();

  /**
   * @param directory where it may make files and mount points
   */
  public FailingDisk(Path directory) throws IOException, InterruptedException {
    host = Files.createDirectory(directory.resolve("host"));
    point = Files.createDirectory(directory.resolve("disk"));
    // In a full tmpfs, for otherwise the next write would make the image as long as it was.
    mount(host, "-t", "tmpfs", "-o", "size=" + (IMAGE_BYTES + (1 << 20)), "tmpfs");
    try {
      Files.write(image(), new byte[IMAGE_BYTES]);
      assumeTrue(run("mkfs.ext4", "-q", "-F", image().toString()), "there is no mkfs.ext4 here");
      mount(point, "-o", "loop", image().toString());
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private Path image() {
    return host.resolve("image");
  }

  private void mount(Path at, String... options) throws IOException, InterruptedException {
    String[] command = new String[options.length + 2];
    command[0] = "mount";
    System.arraycopy(options, 0, command, 1, options.length);
    command[command.length - 1] = at.toString();
    assumeTrue(run(command), "this machine lets nobody mount");
    mounted.push(at);
  }

  /** Where the file system is mounted. */
  public Path path() {
    return point;
  }

  /** From now on files can be opened, but neither read nor written: EIO, SIGBUS in mappings. */
  public void fail() throws IOException, InterruptedException {
    List<Path> files;
    try (Stream<Path> tree = Files.walk(point)) {
      files = tree.filter(Files::isRegularFile).toList();
    }
    run("sync", "-f", point.toString());
    try (FileChannel channel = FileChannel.open(image(), StandardOpenOption.WRITE)) {
      channel.truncate(LEFT_BYTES);
    }
    try (OutputStream filler = Files.newOutputStream(host.resolve("filler"))) {
      byte[] page = new byte[4096];
      while (true) {
        filler.write(page);
      }
    } catch (IOException full) {
      // As it is meant to be.
    }
    for (Path file : files) {
      // Out of the page cache, which would go on answering.
      run("dd", "if=" + file, "iflag=nocache", "count=0");
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    while (!mounted.isEmpty()) {
      run("umount", "-l", mounted.pop().toString());
    }
  }
}
