package io.forebay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.FileStatus;
import io.forebay.metadata.FileVersion;
import io.forebay.metadata.HeapResidency;
import io.forebay.metadata.TierLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeStoreTest {

  private static final int BLOCK = 4096;

  @TempDir Path directory;
  private HeapResidency residency;
  private NodeStore store;

  @BeforeEach
  void open() throws IOException {
    reopen(1 << 20);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void reopen(long quota) throws IOException {
    if (store != null) {
      store.close();
    }
    residency = new HeapResidency();
    store = NodeStore.open(new StoreOptions(directory, quota, BLOCK), residency);
  }

  private static FileVersion version(String path, int size) {
    return FileVersion.of("d", FileStatus.file(path, size, 0, "etag"));
  }

  private static byte[] content(FileVersion version) {
    byte[] bytes = new byte[(int) version.size()];
    new Random(version.path().hashCode()).nextBytes(bytes);
    return bytes;
  }

  private static void fill(NodeStore store, FileVersion version, int block) throws IOException {
    ResidentFile file = store.admit(version);
    assertThat(store.reserve(file.blockLength(block))).isTrue();
    ResidentFile.BlockWriter writer = file.write(block);
    writer.append(
        ByteBuffer.wrap(content(version), (int) file.blockStart(block), file.blockLength(block)));
    writer.commit();
  }

  private void fillAll(FileVersion version) throws IOException {
    for (int block = 0; block < store.admit(version).blocks(); block++) {
      fill(store, version, block);
    }
  }

  private static byte[] read(NodeStore store, FileVersion version) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) version.size());
    store.find(version.id()).orElseThrow().read(0, bytes);
    return bytes.array();
  }

  @Test
  void aCompleteFileIsPublishedAndSurvivesARestartUnverified() throws IOException {
    FileVersion version = version("f", 10_000);
    fill(store, version, 0);
    fill(store, version, 2);
    assertThat(residency.find(version.id())).isEmpty();
    fill(store, version, 1);
    assertThat(residency.find(version.id())).isPresent();

    reopen(1 << 20);
    assertThat(residency.find(version.id())).isEmpty();
    assertThat(store.find(version.id()).orElseThrow().complete()).isTrue();
    assertThat(residency.find(version.id())).isPresent();
    assertThat(read(store, version)).isEqualTo(content(version));
    assertThat(store.usedBytes()).isEqualTo(10_000);
  }

  @Test
  void aPartlyFilledFileKeepsItsBlocks() throws IOException {
    FileVersion version = version("f", 3 * BLOCK);
    fill(store, version, 1);
    reopen(1 << 20);
    ResidentFile file = store.find(version.id()).orElseThrow();
    assertThat(file.has(0)).isFalse();
    assertThat(file.has(1)).isTrue();
    assertThat(store.usedBytes()).isEqualTo(BLOCK);
  }

  @Test
  void aFlippedBitIsFoundBeforeItIsServedAndTheFileIsDropped() throws IOException {
    FileVersion version = version("f", 10_000);
    fillAll(version);
    Path path = store.find(version.id()).orElseThrow().path();
    reopen(1 << 20);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {(byte) ~content(version)[5_000]}), 5_000);
    }
    ResidentFile file = store.find(version.id()).orElseThrow();
    assertThat(file.has(0)).isTrue();
    assertThat(file.has(1)).isFalse();
    assertThat(store.corruptBlocks()).isEqualTo(1);
    assertThat(store.find(version.id())).isEmpty();
    assertThat(path).doesNotExist();
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void aTornLogLosesOnlyItsTail() throws IOException {
    FileVersion first = version("first", 100);
    FileVersion second = version("second", 100);
    fillAll(first);
    fillAll(second);
    store.close();
    Path log = directory.resolve("index.log");
    byte[] bytes = Files.readAllBytes(log);
    Files.write(log, java.util.Arrays.copyOf(bytes, bytes.length - 7));
    store = null;
    reopen(1 << 20);
    assertThat(store.find(first.id())).isPresent();
    assertThat(store.find(second.id())).isEmpty();
    assertThat(TierLayout.complete(directory, second.id())).doesNotExist();
  }

  @Test
  void filesThatTheLogDoesNotKnowAreRemovedAndMissingOnesForgotten() throws IOException {
    FileVersion kept = version("kept", 100);
    FileVersion lost = version("lost", 100);
    fillAll(kept);
    fillAll(lost);
    Files.delete(store.find(lost.id()).orElseThrow().path());
    Path stranger = TierLayout.complete(directory, version("stranger", 1).id());
    Files.createDirectories(stranger.getParent());
    Files.writeString(stranger, "?");

    reopen(1 << 20);
    assertThat(store.find(kept.id())).isPresent();
    assertThat(store.find(lost.id())).isEmpty();
    assertThat(stranger).doesNotExist();
    assertThat(store.usedBytes()).isEqualTo(100);
  }

  @Test
  void aKillBetweenLogAndRenamingIsMended() throws IOException {
    FileVersion version = version("f", 100);
    fillAll(version);
    store.close();
    Files.move(
        TierLayout.complete(directory, version.id()), TierLayout.part(directory, version.id()));
    store = null;
    reopen(1 << 20);
    assertThat(store.find(version.id()).orElseThrow().complete()).isTrue();
    assertThat(read(store, version)).isEqualTo(content(version));
  }

  @Test
  void theQuotaIsNeverExceeded() throws IOException {
    reopen(10_000);
    assertThat(store.reserve(6_000)).isTrue();
    assertThat(store.reserve(6_000)).isFalse();
    store.release(6_000);
    assertThat(store.reserve(10_000)).isTrue();
    assertThat(store.reserve(1)).isFalse();
  }

  @Test
  void aDroppedFileIsNeverReadThroughItsSuccessor() throws IOException {
    FileVersion version = version("f", 3 * BLOCK);
    fillAll(version);
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
    fillAll(version);
    ResidentFile file = store.find(version.id()).orElseThrow();
    try (TierChannel open = file.open()) {
      store.drop(file);
      ByteBuffer bytes = ByteBuffer.allocate(10_000);
      open.channel().read(bytes, 0);
      assertThat(bytes.array()).isEqualTo(content(version));
    }
    assertThat(residency.find(version.id())).isEmpty();
  }
}
