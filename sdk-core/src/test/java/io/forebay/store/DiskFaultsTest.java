package io.forebay.store;

import static io.forebay.store.Stores.BLOCK;
import static io.forebay.store.Stores.assertReadable;
import static io.forebay.store.Stores.fill;
import static io.forebay.store.Stores.tier;
import static io.forebay.store.Stores.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forebay.file.FileVersion;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real file systems that are full, read-only, broken or gone. Needs the right to mount. */
class DiskFaultsTest {

  @TempDir Path directory;
  private final List<Path> mounted = new ArrayList<>();
  private NodeStore store;

  @AfterEach
  void unmount() throws Exception {
    try {
      if (store != null) {
        store.close();
      }
    } finally {
      for (Path mount : mounted) {
        run("umount", "-l", mount.toString());
      }
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

  private Path mount(String name, String... options) throws Exception {
    Path point = Files.createDirectories(directory.resolve(name));
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(options));
    command.add(point.toString());
    assumeTrue(run(command.toArray(String[]::new)), "this machine lets nobody mount");
    mounted.add(point);
    return point;
  }

  private Path tmpfs(String size) throws Exception {
    return mount("memory", "-t", "tmpfs", "-o", "size=" + size, "tmpfs");
  }

  private Path image() {
    return directory.resolve("image");
  }

  private Path ext4() throws Exception {
    Files.write(image(), new byte[16 << 20]);
    assumeTrue(run("mkfs.ext4", "-q", "-F", image().toString()), "there is no mkfs.ext4 here");
    return mount("disk", "-o", "loop", image().toString());
  }

  private void open(Path disk, long quota) throws IOException {
    store =
        NodeStore.recover(
            Stores.options(
                tier(disk.resolve("tier"), quota, 1, 1),
                tier(directory.resolve("other"), 1 << 20, 1, 1)),
            new Stores.Published());
  }

  private DiskState state() {
    return store.status().directories().get(0).state();
  }

  private FileVersion filled(String name) throws IOException {
    FileVersion version = version("d", name, 10_000);
    try {
      fill(store, version);
    } catch (TierException e) {
      // The disk failed under it; what it has is what counts.
      assertThat(e).hasMessageContaining("tier");
    }
    return version;
  }

  private boolean isComplete(FileVersion version) {
    return store.find(version.id()).map(ResidentFile::complete).orElse(false);
  }

  @Test
  void aFullDiskIsReportedTakesNoMoreAndIsStillRead() throws Exception {
    open(tmpfs("300k"), 10 << 20);
    List<FileVersion> complete = new ArrayList<>();
    for (int i = 0; i < 40 && state() == DiskState.HEALTHY; i++) {
      FileVersion version = filled("f" + i);
      if (isComplete(version)) {
        complete.add(version);
      }
    }
    assertThat(state()).isEqualTo(DiskState.FULL);
    assertThat(complete).isNotEmpty();
    for (FileVersion version : complete) {
      assertReadable(store, version);
    }
    // The next one goes to the next tier.
    assertThat(Stores.directoryOf(store, filled("next"))).isEqualTo(1);
    // With space it works again.
    store.prune("d", file -> true);
    store.tidy();
    assertThat(state()).isEqualTo(DiskState.HEALTHY);
    assertThat(store.usedBytes()).isZero();
    assertThat(Stores.directoryOf(store, filled("again"))).isZero();
  }

  @Test
  void aReadOnlyDiskIsReadAndTakesNoMore() throws Exception {
    Path disk = ext4();
    open(disk, 10 << 20);
    FileVersion before = filled("before");
    // What the kernel does by itself when it finds the file system to be broken.
    run("mount", "-o", "remount,abort", disk.toString());
    filled("while");
    assertThat(state()).isEqualTo(DiskState.READ_ONLY);
    assertReadable(store, before);
    assertThat(Stores.directoryOf(store, filled("after"))).isEqualTo(1);
  }

  @Test
  void errorsOfTheDiskLoseTheFileAndNotTheReader() throws Exception {
    Path disk = ext4();
    open(disk, 10 << 20);
    FileVersion version = filled("f");
    store.close();
    assumeTrue(run("sync"));
    assumeTrue(run("umount", disk.toString()));
    assumeTrue(run("mount", "-o", "loop", image().toString(), disk.toString()));
    open(disk, 10 << 20);
    // Reads of what lies behind the end of the image fail with EIO.
    try (FileChannel channel = FileChannel.open(image(), StandardOpenOption.WRITE)) {
      channel.truncate(64 << 10);
    }
    assertThat(isComplete(version)).isFalse();
    assertThat(store.find(version.id())).isEmpty();
    for (int i = 0; i < 20; i++) {
      if (!isComplete(filled("other" + i))) {
        assertThat(state()).isNotEqualTo(DiskState.HEALTHY);
        assertThat(isComplete(filled("other" + i))).as("at the second try, elsewhere").isTrue();
      }
    }
  }

  @Test
  void aVanishedDirectoryLosesItsFilesAndComesBackEmpty() throws Exception {
    open(directory, 10 << 20);
    FileVersion lost = filled("lost");
    deleteTree(directory.resolve("tier"));
    store.tidy();
    assertThat(store.find(lost.id())).isEmpty();
    assertThat(store.usedBytes()).isZero();
    assertThat(state()).isEqualTo(DiskState.FAILED);
    assertThat(Stores.directoryOf(store, filled("meanwhile"))).isEqualTo(1);
    Files.createDirectory(directory.resolve("tier"));
    store.tidy();
    assertThat(state()).isEqualTo(DiskState.HEALTHY);
    assertThat(Stores.directoryOf(store, filled("back"))).isZero();
  }

  private static void deleteTree(Path tree) throws Exception {
    assertThat(run("rm", "-rf", tree.toString())).isTrue();
  }

  @Test
  void anEmptyMountPointIsNotTakenForTheDiskThatWasThere() throws Exception {
    Path disk = tmpfs("10m");
    open(disk, 10 << 20);
    filled("f");
    assumeTrue(run("umount", "-l", disk.toString()));
    mounted.remove(disk);
    Files.createDirectories(disk.resolve("tier"));
    store.tidy();
    store.tidy();
    assertThat(state()).isEqualTo(DiskState.FAILED);
    assertThat(store.status().directories().get(0).trouble()).contains("another file system");
  }

  @Test
  void aDirectoryThatCannotBeOpenedIsLeftOutAndAllOfThemAreAnError() throws IOException {
    Files.writeString(directory.resolve("tier"), "no directory");
    open(directory, 1 << 20);
    assertThat(state()).isEqualTo(DiskState.FAILED);
    assertThat(Stores.directoryOf(store, filled("f"))).isEqualTo(1);
    assertThatThrownBy(
            () ->
                NodeStore.recover(
                    Stores.options(tier(directory.resolve("tier"), BLOCK, 1, 1)),
                    new Stores.Published()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no usable tier directory")
        .hasMessageContaining("tier");
  }

  @Test
  void aFileThatCannotBeReadLeavesTheStore() throws IOException {
    open(directory, 1 << 20);
    FileVersion version = filled("f");
    Path path = store.find(version.id()).orElseThrow().path();
    Files.delete(path);
    Files.createDirectory(path); // reading a directory is an I/O error
    Optional<ResidentFile> file = store.find(version.id());
    assertThatThrownBy(() -> file.orElseThrow().read(0, java.nio.ByteBuffer.allocate(10)))
        .isInstanceOf(TierException.class);
    assertThat(store.find(version.id())).isEmpty();
    assertThat(state()).isEqualTo(DiskState.HEALTHY);
  }
}
