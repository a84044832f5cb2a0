package io.forebay.understore.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forebay.FileStatus;
import io.forebay.NameTooLongException;
import io.forebay.NoSpaceException;
import io.forebay.StaleFileException;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.ListingPage;
import io.forebay.understore.TreeListing;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreContract;
import io.forebay.understore.UnderStoreException;
import io.forebay.understore.layer.UnderStores;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalUnderStoreTest extends UnderStoreContract {

  @TempDir Path directory;

  @Override
  protected UnderStore create() throws IOException {
    return UnderStores.open(DataSetSpec.of(directory.toUri(), Map.of()));
  }

  @Test
  void anAbortedPutLeavesNoFileBehind() throws IOException {
    assertThatThrownBy(() -> store().put("x", new java.io.ByteArrayInputStream(new byte[1]), 2))
        .isInstanceOf(IOException.class);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aNameThatNoFileCanHaveIsSaidToBeTooLong() {
    String name = "n".repeat(256);
    assertThatThrownBy(() -> store().stat(name)).isInstanceOf(NameTooLongException.class);
    assertThatThrownBy(() -> store().list(name, "")).isInstanceOf(NameTooLongException.class);
    assertThatThrownBy(() -> store().put(name, InputStream.nullInputStream(), 0))
        .isInstanceOf(NameTooLongException.class)
        .hasMessageContaining("longer than its disk allows");
  }

  @Test
  void aFullDiskIsNamed() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()));
    try {
      assertThatThrownBy(() -> put("disk/file", new byte[1 << 20]))
          .isInstanceOf(NoSpaceException.class)
          .hasMessageContaining("disk/file");
      assertThat(disk).isEmptyDirectory();
    } finally {
      run("umount", "-l", disk.toString());
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  @Test
  void aFileIsNoDirectory() throws IOException {
    put("file", new byte[] {1});
    assertThatThrownBy(() -> TreeListing.list(store(), "file"))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("not a directory");
    assertThatThrownBy(() -> store().stat("file/below")).isInstanceOf(NoSuchFileException.class);
  }

  private void shell(String command) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-ec", command).directory(directory.toFile()).inheritIO().start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  private List<String> walk() throws IOException {
    return TreeListing.walk(d -> TreeListing.list(store(), d), "", Runnable::run, 1).stream()
        .map(FileStatus::path)
        .sorted()
        .toList();
  }

  @Test
  void oddEntriesAreLeftOutOfListingsAndSpoilNoOther() throws Exception {
    put("good", new byte[] {1});
    shell(
        """
        mkfifo pipe
        ln -s itself itself
        ln -s nowhere dangling
        ln -s /dev/null device
        touch "$(printf 'not-utf-8-\\377')" "$(printf 'new\\nline')"
        ln -s good link
        """);
    ListingPage page = store().list("", "");
    assertThat(page.entries())
        .extracting(FileStatus::path)
        .containsExactlyInAnyOrder("good", "link");
    assertThat(page.leftOut())
        .hasSize(6)
        .contains("pipe", "itself", "dangling", "device", "new\nline");
    for (String path : List.of("pipe", "device", "dangling")) {
      assertThatThrownBy(() -> store().stat(path)).isInstanceOf(NoSuchFileException.class);
    }
    assertThatThrownBy(() -> store().stat("itself")).isInstanceOf(IOException.class);
  }

  @Test
  void linksThatLeadBackAreNotFollowedAndOthersAre() throws Exception {
    put("a/b/file", new byte[] {1});
    put("c/other", new byte[] {1});
    shell(
        """
        ln -s .. a/b/parent
        ln -s ../.. a/b/root
        ln -s . a/b/self
        ln -s ../a c/to-a
        ln -s ../c a/to-c
        """);
    assertThat(walk()).containsExactly("a/b/file", "a/to-c/other", "c/other", "c/to-a/b/file");
  }

  @Test
  void nothingBehindAFenceIsListedReadOrWritten() throws Exception {
    Path root = Files.createDirectory(directory.resolve("root"));
    put("outside/file", new byte[] {1});
    put("root/a/file", new byte[] {1});
    shell(
        """
        ln -s ../../outside root/a/out
        ln -s ../../outside/file root/a/file-out
        ln -s ../a/file root/a/within
        ln -s ../../outside/none root/a/to-nothing
        """);
    try (UnderStore fenced =
        UnderStores.open(DataSetSpec.of(root.toUri(), Map.of("fs.file.fence", "true")))) {
      assertThat(fenced.list("a", "").entries())
          .extracting(FileStatus::path)
          .containsExactlyInAnyOrder("a/file", "a/within");
      assertThat(fenced.list("a", "").leftOut()).contains("a/out", "a/file-out", "a/to-nothing");
      for (String path : List.of("a/out", "a/out/file", "a/file-out")) {
        assertThatThrownBy(() -> fenced.stat(path))
            .isInstanceOf(NoSuchFileException.class)
            .hasMessageContaining("leads out of the root");
      }
      for (String path : List.of("a/out/new", "a/out/new/deeper", "a/to-nothing")) {
        assertThatThrownBy(() -> fenced.put(path, new java.io.ByteArrayInputStream(new byte[1]), 1))
            .isInstanceOf(IOException.class);
      }
      assertThatThrownBy(() -> fenced.delete("a/out/file")).isInstanceOf(IOException.class);
      fenced.put("a/b/new", new java.io.ByteArrayInputStream(new byte[1]), 1);
    }
    assertThat(directory.resolve("outside")).isDirectoryContaining("glob:**/file");
    assertThat(directory.resolve("outside/new")).doesNotExist();
    assertThat(root.resolve("a/b/new")).hasSize(1);
  }

  @Test
  void withoutItsRootNothingIsSaidToBeMissingAndNothingIsWrittenBesideIt() throws IOException {
    FileStatus file = put("file", new byte[] {1});
    Path unmounted =
        Files.move(directory, directory.resolveSibling("elsewhere" + System.nanoTime()));
    try {
      assertRootIsMissing(() -> store().stat("file"));
      assertRootIsMissing(() -> store().list("", ""));
      assertRootIsMissing(() -> store().open(file, 0, 1));
      assertRootIsMissing(() -> put("other", new byte[] {1}));
      assertRootIsMissing(() -> store().makeDirectory("d"));
      assertThat(directory).doesNotExist();
    } finally {
      Files.move(unmounted, directory);
    }
    assertThat(store().stat("file")).isEqualTo(file);
    assertThatThrownBy(() -> store().stat("none")).isInstanceOf(NoSuchFileException.class);
  }

  private static void assertRootIsMissing(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(UnderStoreException.class)
        .hasMessageContaining("does not exist; check that its disk is mounted");
  }

  @Test
  void optionsAreRefused() {
    DataSetSpec spec =
        new DataSetSpec("d", URI.create("file:/tmp"), Map.of("fs.oss.endpoint", "x"));
    assertThatThrownBy(() -> UnderStores.open(spec)).hasMessageContaining("fs.oss.endpoint");
  }

  @Test
  void aSchemeThatNobodyKnowsIsNamedWithThoseThatAreKnown() {
    DataSetSpec spec = DataSetSpec.of(URI.create("gopher://x/y"), Map.of());
    assertThatThrownBy(() -> UnderStores.open(spec))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gopher")
        .hasMessageContaining("oss:");
  }

  /** Has a file open whose first bytes were read, and calls another process a writer. */
  private void whileItIsRead(byte[] content, Writer writer) throws IOException {
    FileStatus file = put("file", content);
    Path path = directory.resolve("file");
    FileTime before = Files.getLastModifiedTime(path);
    try (InputStream in = store().open(file, 0, content.length)) {
      assertThat(in.readNBytes(1_000)).isEqualTo(Arrays.copyOf(content, 1_000));
      await().atMost(ONE_MINUTE).until(() -> writer.write(path, before));
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      assertThatThrownBy(() -> in.transferTo(read))
          .isInstanceOf(StaleFileException.class)
          .hasMessageContaining("file");
      assertThat(read.toByteArray())
          .isEqualTo(Arrays.copyOfRange(content, 1_000, 1_000 + read.size()));
    }
  }

  private interface Writer {
    /** Whether the clock of the file system went on since the file was written before. */
    boolean write(Path path, FileTime before) throws IOException;
  }

  private static void overwrite(Path path, int size) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes(size, 41)));
    }
  }

  @Test
  void aFileOverwrittenInPlaceIsNeverReadAsAMixture() throws IOException {
    byte[] content = bytes(1 << 20, 40);
    whileItIsRead(
        content,
        (path, before) -> {
          overwrite(path, content.length);
          return !Files.getLastModifiedTime(path).equals(before);
        });
  }

  @Test
  void norIsOneWhoseTimeWasSetBack() throws IOException {
    byte[] content = bytes(1 << 20, 42);
    whileItIsRead(
        content,
        (path, before) -> {
          overwrite(path, content.length);
          boolean later = !Files.getLastModifiedTime(path).equals(before);
          Files.setLastModifiedTime(path, before);
          return later;
        });
  }

  @Test
  void aFileThatIsCutOffWhileItIsReadIsStale() throws IOException {
    byte[] content = bytes(1 << 20, 43);
    whileItIsRead(
        content,
        (path, before) -> {
          try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(200_000);
          }
          return true;
        });
  }

  @Test
  void aFileThatIsReplacedWhileItIsReadIsStale() throws IOException {
    byte[] content = bytes(1 << 20, 44);
    whileItIsRead(
        content,
        (path, before) -> {
          Path other = Files.write(directory.resolve("other"), bytes(content.length, 45));
          Files.setLastModifiedTime(other, before);
          Files.move(other, path, StandardCopyOption.ATOMIC_MOVE);
          return true;
        });
  }
}
