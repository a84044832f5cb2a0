package io.forebay.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.DataSet;
import io.forebay.control.CacheControl;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real mount that can be written, over a bucket. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WritesTest {

  @TempDir private Path directory;
  private MountedBucket bucket;
  private DataSet dataSet;
  private Path root;

  @BeforeEach
  void start() throws IOException {
    bucket = new MountedBucket(directory);
    dataSet = bucket.dataSet();
    root = bucket.root();
    bucket.mount("rw");
  }

  @AfterEach
  void stop() throws IOException {
    if (bucket != null) {
      bucket.close();
    }
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  /** As the bucket has it, through nothing of this mount. */
  private byte[] stored(String path) throws IOException {
    ByteBuffer bytes = dataSet.read(path);
    byte[] content = new byte[bytes.remaining()];
    bytes.get(content);
    return content;
  }

  @Test
  void whatIsWrittenIsStoredWhenItIsClosedAndReadBack() throws IOException {
    byte[] content = random(3_000_000);
    Files.write(root.resolve("checkpoint"), content);
    assertThat(stored("checkpoint")).isEqualTo(content);
    assertThat(root.resolve("checkpoint")).hasBinaryContent(content).hasSize(content.length);
    assertThat(root).isDirectoryContaining("glob:**/checkpoint");
    byte[] shorter = random(10);
    Files.write(root.resolve("checkpoint"), shorter);
    assertThat(stored("checkpoint")).isEqualTo(shorter);
    assertThat(root.resolve("checkpoint")).hasBinaryContent(shorter);
    Files.write(root.resolve("checkpoint"), random(5), StandardOpenOption.APPEND);
    assertThat(stored("checkpoint")).hasSize(15).startsWith(shorter).endsWith(random(5));
    Files.createFile(root.resolve("empty"));
    assertThat(stored("empty")).isEmpty();
  }

  @Test
  void aSyncedFileIsStoredBeforeItIsClosed() throws IOException {
    try (FileChannel file =
        FileChannel.open(
            root.resolve("log"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(random(1_000)));
      assertThat(root.resolve("log")).hasSize(1_000).hasBinaryContent(random(1_000));
      assertThatThrownBy(() -> dataSet.stat("log")).isInstanceOf(NoSuchFileException.class);
      file.force(true);
      assertThat(stored("log")).isEqualTo(random(1_000));
      file.write(ByteBuffer.wrap(new byte[] {1}), 0);
    }
    assertThat(stored("log")[0]).isOne();
    assertThat(stored("log")).hasSize(1_000);
  }

  @Test
  void directoriesAreMadeAndRemoved() throws IOException {
    Files.createDirectories(root.resolve("a/b/c"));
    assertThat(root.resolve("a/b/c")).isEmptyDirectory();
    assertThat(dataSet.stat("a/b/c").directory()).as("also for others").isTrue();
    assertThatThrownBy(() -> Files.createDirectory(root.resolve("a/b")))
        .isInstanceOf(FileAlreadyExistsException.class);
    Files.write(root.resolve("a/b/c/file"), random(7));
    assertThat(stored("a/b/c/file")).isEqualTo(random(7));
    assertThatThrownBy(() -> Files.delete(root.resolve("a/b/c")))
        .isInstanceOf(DirectoryNotEmptyException.class);
    Files.delete(root.resolve("a/b/c/file"));
    assertThatThrownBy(() -> dataSet.stat("a/b/c/file")).isInstanceOf(NoSuchFileException.class);
    assertThat(root.resolve("a/b/c")).isEmptyDirectory();
    Files.delete(root.resolve("a/b/c"));
    Files.delete(root.resolve("a/b"));
    Files.delete(root.resolve("a"));
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void filesAreRenamedAlsoWhileTheyAreWritten() throws IOException {
    Files.write(root.resolve("old"), random(100));
    Files.write(root.resolve("target"), random(200));
    Files.move(root.resolve("old"), root.resolve("target"), StandardCopyOption.ATOMIC_MOVE);
    assertThat(stored("target")).isEqualTo(random(100));
    assertThat(root.resolve("target")).hasBinaryContent(random(100));
    assertThat(root.resolve("old")).doesNotExist();
    try (FileChannel file =
        FileChannel.open(
            root.resolve("part"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(random(50)));
      Files.move(root.resolve("part"), root.resolve("whole"), StandardCopyOption.ATOMIC_MOVE);
      file.write(ByteBuffer.wrap(random(60)));
    }
    assertThat(stored("whole")).hasSize(110);
    assertThat(root.resolve("part")).doesNotExist();
  }

  @Test
  void aFileThatTheKernelReadsIsReplacedByRenameAndNotInPlace() throws IOException {
    byte[] before = random(500_000);
    Files.write(root.resolve("file"), before);
    CacheControl.of(dataSet)
        .loadAll(
            dataSet.walk(""),
            1,
            (file, reason) -> {
              throw new AssertionError(file.path(), reason);
            });
    try (RandomAccessFile open = new RandomAccessFile(root.resolve("file").toFile(), "r")) {
      open.read();
      assertThatThrownBy(() -> Files.write(root.resolve("file"), random(20)))
          .hasMessageContaining("busy");
      Files.write(root.resolve("new"), random(20));
      Files.move(root.resolve("new"), root.resolve("file"), StandardCopyOption.ATOMIC_MOVE);
      assertThat(root.resolve("file")).hasBinaryContent(random(20));
      byte[] all = new byte[before.length];
      open.seek(0);
      open.readFully(all);
      assertThat(all).isEqualTo(before);
    }
    Files.write(root.resolve("file"), random(30));
    assertThat(stored("file")).isEqualTo(random(30));
  }

  @Test
  void whatCannotBeDoneIsRefusedAtOnce() throws IOException {
    Files.createDirectory(root.resolve("directory"));
    Files.write(root.resolve("directory/file"), random(1));
    assertThatThrownBy(
            () ->
                Files.move(
                    root.resolve("directory"),
                    root.resolve("other"),
                    StandardCopyOption.ATOMIC_MOVE))
        .isInstanceOf(AtomicMoveNotSupportedException.class);
    assertThatThrownBy(() -> Files.createSymbolicLink(root.resolve("link"), Path.of("x")))
        .isInstanceOf(FileSystemException.class);
    assertThatThrownBy(() -> Files.createLink(root.resolve("link"), root.resolve("directory/file")))
        .isInstanceOf(FileSystemException.class);
  }

  @Test
  void aStoreThatRefusesIsAnErrorOfTheOneWhoCloses() throws IOException {
    FileChannel file =
        FileChannel.open(
            root.resolve("lost"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    file.write(ByteBuffer.wrap(random(10)));
    bucket.loseStore();
    assertThatThrownBy(() -> file.force(true)).isInstanceOf(IOException.class);
    assertThatThrownBy(file::close).isInstanceOf(IOException.class);
  }

  @Test
  void whatPeopleRunWorks() throws Exception {
    Path source = Files.createDirectory(directory.resolve("source"));
    Files.createDirectories(source.resolve("x/y"));
    for (int i = 0; i < 20; i++) {
      Files.write(source.resolve("x/y/f" + i), random(1 + i * 5_000));
    }
    run(directory, "cp", "-r", "source", root.resolve("copy").toString());
    run(directory, "tar", "-cf", "source.tar", "source");
    run(root, "tar", "-xf", directory.resolve("source.tar").toString());
    run(directory, "diff", "-r", "source", root.resolve("copy").toString());
    run(directory, "diff", "-r", "source", root.resolve("source").toString());
    run(root, "mv", "copy", "moved");
    run(directory, "diff", "-r", "source", root.resolve("moved").toString());
    run(root, "rm", "-r", "moved", "source");
    assertThat(root).isEmptyDirectory();
    assertThat(dataSet.walk("")).isEmpty();
    run(source, "git", "init", "-q");
    run(source, "git", "add", ".");
    run(source, "git", "-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "all");
    run(root, "git", "clone", "-q", source.toString(), "clone");
    run(root.resolve("clone"), "git", "fsck");
    run(directory, "diff", "-r", "-x", ".git", "source", root.resolve("clone").toString());
  }

  private void run(Path where, String... command) throws Exception {
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(List.of(command).toString()).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue())
        .as("%s: %s", List.of(command), Files.readString(output))
        .isZero();
  }
}
