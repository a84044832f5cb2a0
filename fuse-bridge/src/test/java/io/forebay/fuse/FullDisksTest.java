package io.forebay.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real mount that is written, where a disk is full. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FullDisksTest {

  private static final int DISK_BYTES = 1 << 20;

  @TempDir private Path directory;
  private MountedBucket bucket;
  private Path disk;

  /** Closed in any case: this JVM serves the mount, and could not end with a file open there. */
  private FileChannel channel;

  private final PrintStream standardError = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  @BeforeEach
  void start() throws Exception {
    disk = Files.createDirectory(directory.resolve("disk"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=" + DISK_BYTES, "tmpfs", disk.toString()))
        .as("this machine lets one mount")
        .isZero();
    bucket = new MountedBucket(directory);
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void stop() throws Exception {
    System.setErr(standardError);
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // The test expects it.
      }
    }
    if (bucket != null) {
      bucket.close();
    }
    run("umount", "-l", disk.toString());
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  @Test
  void aWriteThatFailsForAFullSpoolFailsTheCloseAndStoresNothing() throws IOException {
    bucket.mount("rw,spool=" + disk);
    Path file = bucket.root().resolve("checkpoint");
    Files.writeString(file, "old");
    channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    assertThatThrownBy(() -> writeAll(channel, 3 * DISK_BYTES)).hasMessageContaining("No space");
    assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1), 0))
        .hasMessageContaining("No space");
    assertThatThrownBy(() -> channel.force(true)).hasMessageContaining("No space");
    assertThatThrownBy(channel::close).hasMessageContaining("No space");
    assertThat(stored()).isEqualTo("old");
    assertThat(log.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains("WARN")))
        .as("one line, and no stack trace")
        .singleElement()
        .asString()
        .contains("checkpoint", disk.toString());
    assertThat(log.toString(StandardCharsets.UTF_8)).doesNotContain("\tat io.forebay.fuse");
    Files.writeString(file, "new");
    assertThat(stored()).isEqualTo("new");
  }

  @Test
  void aFileThatCouldNotBeStoredIsNotThereAfterItsClose() throws IOException {
    bucket.mount("rw,spool=" + disk);
    Path file = bucket.root().resolve("checkpoint");
    channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    assertThatThrownBy(() -> writeAll(channel, 3 * DISK_BYTES)).hasMessageContaining("No space");
    assertThatThrownBy(channel::close).hasMessageContaining("No space");
    await().atMost(ONE_MINUTE).until(() -> Files.notExists(file));
    assertThatThrownBy(() -> Files.readAllBytes(file)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aMappingThatCannotBeWrittenFailsTheCloseToo() throws Exception {
    bucket.mount("rw,spool=" + disk);
    String python =
        """
        import errno, mmap, os, sys
        file = os.open(sys.argv[1], os.O_CREAT | os.O_RDWR)
        os.ftruncate(file, SIZE)
        mapping = mmap.mmap(file, SIZE)
        mapping[:] = b'y' * SIZE
        for end in (mapping.flush, lambda: os.close(file)):
            try:
                end()
                sys.exit('succeeded')
            except OSError as e:
                assert e.errno == errno.ENOSPC, e
        """
            .replace("SIZE", "" + 3 * DISK_BYTES);
    String file = bucket.root().resolve("checkpoint").toString();
    assertThat(run("python3", "-c", python, file)).isZero();
  }

  private String stored() throws IOException {
    return StandardCharsets.UTF_8.decode(bucket.dataSet().read("checkpoint")).toString();
  }

  private static void writeAll(FileChannel channel, int bytes) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(bytes);
    while (content.hasRemaining()) {
      channel.write(content);
    }
  }

  @Test
  void freeSpaceIsWhatTheSpoolMayHold() throws IOException {
    bucket.mount("rw,spool=" + disk);
    Files.write(disk.resolve("other"), new byte[DISK_BYTES / 2]);
    long free = Files.getFileStore(disk).getUsableSpace();
    assertThat(Files.getFileStore(bucket.root()).getUsableSpace()).isEqualTo(free);
    assertThat(Files.getFileStore(bucket.root()).getTotalSpace()).isGreaterThanOrEqualTo(free);
    bucket.mount("ro");
    assertThat(Files.getFileStore(bucket.root()).getUsableSpace()).isZero();
  }

  @Test
  void aNameMayBeAsLongAsTheMountSays() throws Exception {
    bucket.mount("rw");
    Process stat = new ProcessBuilder("stat", "-f", "-c", "%l", bucket.root().toString()).start();
    int longest = Integer.parseInt(stat.inputReader().readLine());
    Path file = bucket.root().resolve("n".repeat(longest));
    Files.writeString(file, "content");
    assertThat(bucket.root()).isDirectoryContaining(entry -> entry.equals(file));
    assertThat(file).hasContent("content");
    assertThatThrownBy(() -> Files.writeString(bucket.root().resolve("n".repeat(longest + 1)), ""))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aFullUnderStoreIsNoSpaceForTheOneWhoCloses() throws IOException {
    bucket.mount(bucket.forebay().dataSet(disk.toUri().toString()), "rw");
    channel =
        FileChannel.open(
            bucket.root().resolve("checkpoint"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    writeAll(channel, 3 * DISK_BYTES);
    assertThatThrownBy(channel::close).hasMessageContaining("No space");
    assertThat(disk).isEmptyDirectory();
    assertThat(log.toString(StandardCharsets.UTF_8)).contains("checkpoint", disk.toString());
  }
}
