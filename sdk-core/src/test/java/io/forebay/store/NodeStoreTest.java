package io.forebay.store;

import static io.forebay.store.Stores.BLOCK;
import static io.forebay.store.Stores.assertReadable;
import static io.forebay.store.Stores.content;
import static io.forebay.store.Stores.fill;
import static io.forebay.store.Stores.options;
import static io.forebay.store.Stores.tier;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.file.FileVersion;
import io.forebay.metadata.TierLayout;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeStoreTest {

  @TempDir Path directory;
  private Stores.Published published;
  private NodeStore store;

  @BeforeEach
  void open() throws IOException {
    reopen(1 << 20);
  }

  @AfterEach
  void close() throws IOException {
    if (store != null) {
      store.close();
    }
  }

  private void reopen(long quota) throws IOException {
    close();
    store = null;
    published = new Stores.Published();
    store = NodeStore.recover(options(tier(directory, quota, 1, 1)), published);
  }

  /** What a kill leaves behind: slots in use, and everything else as it is. */
  private void killWhileChanging(FileVersion version, int block) throws IOException {
    close();
    store = null;
    try (RandomAccessFile slots = new RandomAccessFile(inFlight().toFile(), "rw")) {
      slots.seek(64);
      slots.write(version.id().toBytes());
      slots.writeInt(block);
      slots.writeInt(1);
    }
  }

  private Path inFlight() {
    return directory.resolve("in-flight");
  }

  private static FileVersion version(String path, int size) {
    return Stores.version("d", path, size);
  }

  @Test
  void aCompleteFileIsPublishedAndSurvivesARestartUnverified() throws IOException {
    FileVersion version = version("f", 10_000);
    fill(store, version, 0);
    fill(store, version, 2);
    assertThat(published.locations).isEmpty();
    fill(store, version, 1);
    assertThat(published.locations).containsKey(version.id());

    reopen(1 << 20);
    assertThat(published.locations).isEmpty();
    assertThat(store.find(version.id()).orElseThrow().isVerified()).isFalse();
    assertReadable(store, version);
    assertThat(published.locations).containsKey(version.id());
    assertThat(store.usedBytes()).isEqualTo(3 * BLOCK);
  }

  @Test
  void aPartlyFilledFileKeepsItsBlocksAndTakesOnlyTheirSpace() throws IOException {
    FileVersion version = version("f", 300 * BLOCK);
    fill(store, version, 1);
    fill(store, version, 200);
    reopen(1 << 20);
    ResidentFile file = store.find(version.id()).orElseThrow();
    assertThat(file.has(0)).isFalse();
    assertThat(file.has(1)).isTrue();
    assertThat(file.has(200)).isTrue();
    assertThat(store.usedBytes()).isEqualTo(2 * BLOCK);
    assertThat(onDisk(file.path())).isEqualTo(2 * BLOCK);
  }

  private static long onDisk(Path path) throws IOException {
    Process du =
        new ProcessBuilder("du", "--block-size=1", path.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    return Long.parseLong(output.substring(0, output.indexOf('\t')));
  }

  private void flipBit(FileVersion version, int position) throws IOException {
    Path path = store.find(version.id()).orElseThrow().path();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(
          ByteBuffer.wrap(new byte[] {(byte) (content(version)[position] ^ 4)}), position);
    }
  }

  @Test
  void aFlippedBitIsFoundBeforeItIsServedAndTheFileIsDropped() throws IOException {
    FileVersion version = version("f", 10_000);
    fill(store, version);
    Path path = store.find(version.id()).orElseThrow().path();
    reopen(1 << 20);
    flipBit(version, 5_000);
    ResidentFile file = store.find(version.id()).orElseThrow();
    assertThat(file.has(0)).isTrue();
    assertThat(file.has(1)).isFalse();
    assertThat(store.status().corruptBlocks()).isEqualTo(1);
    assertThat(store.find(version.id())).isEmpty();
    assertThat(path).doesNotExist();
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void aBadBlockOfAnUnfinishedFileLeavesTheOthersAlone() throws IOException {
    FileVersion version = version("f", 10 * BLOCK);
    fill(store, version, 3);
    fill(store, version, 5);
    reopen(1 << 20);
    flipBit(version, 3 * BLOCK + 7);
    ResidentFile file = store.find(version.id()).orElseThrow();
    assertThat(file.has(3)).isFalse();
    assertThat(file.has(5)).isTrue();
    assertThat(store.usedBytes()).isEqualTo(BLOCK);
    assertThat(onDisk(file.path())).isEqualTo(BLOCK);
    reopen(1 << 20);
    assertThat(store.find(version.id()).orElseThrow().has(3)).isFalse();
    assertThat(store.find(version.id()).orElseThrow().has(5)).isTrue();
  }

  @Test
  void theScrubFindsWhatTurnedBadAfterItWasVerified() throws IOException {
    FileVersion good = version("good", 10_000);
    FileVersion bad = version("bad", 10_000);
    fill(store, good);
    fill(store, bad);
    flipBit(bad, 9_000);
    assertThat(store.scrub()).isEqualTo(1);
    assertThat(store.find(bad.id())).isEmpty();
    assertThat(published.locations).containsOnlyKeys(good.id());
    assertReadable(store, good);
    assertThat(store.status().scrubbedBlocks()).isGreaterThanOrEqualTo(5);
  }

  @Test
  void aTornLogLosesOnlyItsTail() throws IOException {
    FileVersion first = version("first", 100);
    FileVersion second = version("second", 100);
    fill(store, first);
    fill(store, second);
    store.close();
    Path log = directory.resolve("index.log");
    byte[] bytes = Files.readAllBytes(log);
    Files.write(log, Arrays.copyOf(bytes, bytes.length - 7));
    forgetBoot();
    reopen(1 << 20);
    assertThat(store.find(first.id())).isPresent();
    assertThat(store.find(second.id())).isEmpty();
    assertThat(TierLayout.complete(directory, second.id())).doesNotExist();
    fill(store, second);
    reopen(1 << 20);
    assertReadable(store, second);
  }

  /** As after a loss of power: a log is torn by nothing less. */
  private void forgetBoot() throws IOException {
    try (FileChannel channel = FileChannel.open(inFlight(), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap("another boot".getBytes(StandardCharsets.US_ASCII)), 0);
    }
  }

  @Test
  void afterALossOfPowerUnknownFilesAreRemovedAndMissingOnesForgotten() throws IOException {
    FileVersion kept = version("kept", 100);
    FileVersion lost = version("lost", 100);
    FileVersion cut = version("cut", 100);
    fill(store, kept);
    fill(store, lost);
    fill(store, cut);
    Files.delete(store.find(lost.id()).orElseThrow().path());
    Files.write(store.find(cut.id()).orElseThrow().path(), new byte[50]);
    Path stranger = TierLayout.complete(directory, version("stranger", 1).id());
    Files.createDirectories(stranger.getParent());
    Files.writeString(stranger, "?");
    store.close();
    forgetBoot();

    reopen(1 << 20);
    assertReadable(store, kept);
    assertThat(store.find(lost.id())).isEmpty();
    assertThat(store.find(cut.id())).isEmpty();
    assertThat(stranger).doesNotExist();
    assertThat(store.usedBytes()).isEqualTo(BLOCK);
  }

  @Test
  void aFileThatIsMissingOnDiskIsForgottenWhenItIsAskedFor() throws IOException {
    FileVersion version = version("f", 100);
    fill(store, version);
    Files.delete(store.find(version.id()).orElseThrow().path());
    reopen(1 << 20);
    assertThat(store.find(version.id()).orElseThrow().has(0)).isFalse();
    assertThat(store.find(version.id())).isEmpty();
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void aKillBetweenLogAndRenamingIsMended() throws IOException {
    FileVersion version = version("f", 100);
    fill(store, version);
    killWhileChanging(version, 0);
    Files.move(
        TierLayout.complete(directory, version.id()), TierLayout.part(directory, version.id()));
    reopen(1 << 20);
    assertReadable(store, version);
  }

  @Test
  void aKillWhileABlockIsWrittenLeavesNothingOfIt() throws IOException {
    FileVersion started = version("started", 100);
    FileVersion partly = version("partly", 10 * BLOCK);
    fill(store, partly, 2);
    Path part = store.find(partly.id()).orElseThrow().path();
    killWhileChanging(partly, 4);
    try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1_000), 4 * BLOCK);
    }
    reopen(1 << 20);
    assertThat(onDisk(part)).isEqualTo(BLOCK);

    killWhileChanging(started, 0);
    Path orphan = TierLayout.part(directory, started.id());
    Files.createDirectories(orphan.getParent());
    Files.write(orphan, new byte[50]);
    reopen(1 << 20);
    assertThat(orphan).doesNotExist();
    assertThat(store.find(partly.id()).orElseThrow().has(2)).isTrue();
  }

  @Test
  void theQuotaCountsBytesOnDiskAndIsNeverExceeded() throws IOException {
    reopen(2 * BLOCK);
    Optional<BlockWriter> one = store.reserve(version("one", 100), 0, Purpose.READ);
    Optional<BlockWriter> two = store.reserve(version("two", 100), 0, Purpose.READ);
    assertThat(store.reserve(version("three", 100), 0, Purpose.READ)).isEmpty();
    one.orElseThrow().close();
    assertThat(store.usedBytes()).isEqualTo(BLOCK);
    assertThat(fill(store, version("three", 100))).isTrue();
    assertThat(store.usedBytes()).isEqualTo(2 * BLOCK);
    two.orElseThrow().close();
    assertThat(store.fileCount()).isEqualTo(1);
  }

  @Test
  void aSmallerQuotaIsObeyedAfterARestart() throws IOException {
    for (int i = 0; i < 20; i++) {
      fill(store, version("f" + i, 100));
    }
    reopen(5 * BLOCK);
    store.tidy();
    assertThat(store.usedBytes()).isEqualTo(5 * BLOCK);
  }

  @Test
  void aDroppedFileIsNeverReadThroughItsSuccessor() throws IOException {
    FileVersion version = version("f", 3 * BLOCK);
    fill(store, version);
    ResidentFile old = store.find(version.id()).orElseThrow();
    store.drop(old);
    fill(store, version, 0);
    // The successor has the same name and a hole where the last block will be.
    assertThatThrownBy(() -> old.read(2 * BLOCK, ByteBuffer.allocate(BLOCK)))
        .isInstanceOf(TierException.class)
        .hasMessageContaining("dropped");
  }

  @Test
  void aReaderGoesOnWhenItsFileIsDropped() throws IOException {
    FileVersion version = version("f", 10_000);
    fill(store, version);
    ResidentFile file = store.find(version.id()).orElseThrow();
    try (TierChannel open = file.open()) {
      store.drop(file);
      ByteBuffer bytes = ByteBuffer.allocate(10_000);
      open.channel().read(bytes, 0);
      assertThat(bytes.array()).isEqualTo(content(version));
    }
    assertThat(published.locations).isEmpty();
  }

  @Test
  void aWriterOfADroppedFileCannotFinish() throws IOException {
    FileVersion version = version("f", 3 * BLOCK);
    fill(store, version, 0);
    try (BlockWriter writer = store.reserve(version, 1, Purpose.READ).orElseThrow()) {
      writer.append(ByteBuffer.wrap(content(version, 1)));
      store.drop(writer.file());
      assertThatThrownBy(writer::commit).isInstanceOf(TierException.class);
    }
    assertThat(store.usedBytes()).isZero();
    assertThat(store.find(version.id())).isEmpty();
    assertThat(TierLayout.part(directory, version.id())).doesNotExist();
  }

  @Test
  void aLogOfAnotherBlockSizeIsAnEmptyOne() throws IOException {
    fill(store, version("f", 100));
    store.close();
    store =
        NodeStore.recover(
            StoreOptions.of(
                java.util.List.of(TierOptions.of(Medium.SSD, directory, 1 << 20)), 2 * BLOCK),
            published);
    assertThat(store.fileCount()).isZero();
    assertThat(store.usedBytes()).isZero();
  }
}
