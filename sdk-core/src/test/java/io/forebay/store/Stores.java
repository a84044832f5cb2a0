package io.forebay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.FileStatus;
import io.forebay.file.FileId;
import io.forebay.file.FileVersion;
import io.forebay.metadata.Residency;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** What tests of the store share: small blocks, files with known content, what was published. */
final class Stores {

  static final int BLOCK = 4096;

  private Stores() {}

  /** Remembers what other processes were told. */
  static final class Published implements StoreListener {

    final Map<FileId, Residency.Location> locations = new ConcurrentHashMap<>();

    @Override
    public void resident(FileId id, Residency.Location location) {
      locations.put(id, location);
    }

    @Override
    public void gone(FileId id) {
      locations.remove(id);
    }
  }

  static TierOptions tier(Path path, long quota, double high, double low) {
    return new TierOptions(Medium.SSD, List.of(new TierOptions.Directory(path, quota)), high, low);
  }

  /** Without a scrub, and with data sets that count as idle after an hour. */
  static StoreOptions options(TierOptions... tiers) {
    return new StoreOptions(List.of(tiers), BLOCK, 0, 0, Duration.ofHours(1));
  }

  static FileVersion version(String dataSet, String path, int size) {
    return FileVersion.of(dataSet, FileStatus.file(path, size, 0, "etag"));
  }

  static byte[] content(FileVersion version) {
    byte[] bytes = new byte[(int) version.size()];
    new Random(version.path().hashCode()).nextBytes(bytes);
    return bytes;
  }

  static byte[] content(FileVersion version, int block) {
    byte[] all = content(version);
    return Arrays.copyOfRange(all, block * BLOCK, Math.min(all.length, (block + 1) * BLOCK));
  }

  /** Whether there was room. */
  static boolean fill(NodeStore store, FileVersion version, int block) throws IOException {
    return fill(store, version, block, Purpose.READ);
  }

  /** Whether there was room. */
  static boolean fill(NodeStore store, FileVersion version, int block, Purpose purpose)
      throws IOException {
    Optional<BlockWriter> writer = store.reserve(version, block, purpose);
    if (writer.isEmpty()) {
      return false;
    }
    try (BlockWriter w = writer.get()) {
      w.append(ByteBuffer.wrap(content(version, block)));
      w.commit();
    }
    return true;
  }

  /** Whether there was room for all of it. */
  static boolean fill(NodeStore store, FileVersion version) throws IOException {
    boolean all = true;
    for (int block = 0; block < store.blocks(version.size()).count(); block++) {
      all &= fill(store, version, block);
    }
    return all;
  }

  /** Reads a file that is complete, and checks each byte. */
  static void assertReadable(NodeStore store, FileVersion version) throws IOException {
    ResidentFile file = store.find(version.id()).orElseThrow();
    assertThat(file.complete()).isTrue();
    ByteBuffer bytes = ByteBuffer.allocate((int) version.size());
    file.read(0, bytes);
    assertThat(bytes.array()).isEqualTo(content(version));
    store.used(version.id(), 0, version.size());
  }

  static int directoryOf(NodeStore store, FileVersion version) {
    return store.locate(version.id()).orElseThrow().directory();
  }
}
