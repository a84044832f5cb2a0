package io.forebay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.FileStatus;
import io.forebay.metadata.FileVersion;
import io.forebay.metadata.HeapResidency;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random steps against the store and against a map of files to sets of blocks. */
class NodeStoreModelTest {

  private static final int BLOCK = 4096;
  private static final long QUOTA = 20 * BLOCK;

  enum Kind {
    FILL,
    FILL_AGAIN,
    READ,
    DROP,
    RESTART
  }

  /**
   * @param file selects size and content
   */
  record Step(Kind kind, int file, int block) {}

  @Property(tries = 300)
  void theStoreHoldsWhatTheModelHolds(@ForAll("steps") List<Step> steps) throws IOException {
    Path directory = Files.createTempDirectory("store-model");
    NodeStore store = open(directory);
    Map<FileVersion, BitSet> model = new HashMap<>();
    long used = 0;
    try {
      for (Step step : steps) {
        FileVersion version = version(step.file);
        BitSet blocks = model.computeIfAbsent(version, v -> new BitSet());
        int block = step.block % blocks(version);
        switch (step.kind) {
          case FILL, FILL_AGAIN -> {
            int length = store.admit(version).blockLength(block);
            if (!blocks.get(block)) {
              boolean room = used + length <= QUOTA;
              assertThat(store.reserve(length)).isEqualTo(room);
              if (room) {
                fill(store, version, block);
                blocks.set(block);
                used += length;
              } else {
                store.forgetIfEmpty(store.admit(version));
              }
            }
          }
          case READ -> {
            Optional<ResidentFile> file = store.find(version.id());
            for (int b = 0; b < blocks(version); b++) {
              int wanted = b;
              assertThat(file.map(f -> f.has(wanted)).orElse(false)).isEqualTo(blocks.get(b));
              if (blocks.get(b)) {
                assertThat(read(file.orElseThrow(), b)).isEqualTo(block(version, b));
              }
            }
          }
          case DROP -> {
            store.find(version.id()).ifPresent(store::drop);
            used -= bytes(version, blocks);
            blocks.clear();
          }
          case RESTART -> {
            store.close();
            store = open(directory);
          }
        }
        assertThat(store.usedBytes()).isEqualTo(used);
      }
    } finally {
      store.close();
      try (Stream<Path> tree = Files.walk(directory)) {
        for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
          Files.delete(path);
        }
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(0, 7),
            Arbitraries.integers().between(0, 9))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  private static NodeStore open(Path directory) throws IOException {
    return NodeStore.open(new StoreOptions(directory, QUOTA, BLOCK), new HeapResidency());
  }

  private static FileVersion version(int file) {
    return FileVersion.of("d", FileStatus.file("f" + file, 1 + file * 3_000L, 0, "etag"));
  }

  private static int blocks(FileVersion version) {
    return (int) ((version.size() + BLOCK - 1) / BLOCK);
  }

  private static byte[] block(FileVersion version, int block) {
    byte[] content = new byte[(int) version.size()];
    new Random(version.path().hashCode()).nextBytes(content);
    return java.util.Arrays.copyOfRange(
        content, block * BLOCK, Math.min(content.length, (block + 1) * BLOCK));
  }

  private static long bytes(FileVersion version, BitSet blocks) {
    return blocks.stream().mapToLong(b -> block(version, b).length).sum();
  }

  private static void fill(NodeStore store, FileVersion version, int block) throws IOException {
    ResidentFile.BlockWriter writer = store.admit(version).write(block);
    writer.append(ByteBuffer.wrap(block(version, block)));
    writer.commit();
  }

  private static byte[] read(ResidentFile file, int block) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(file.blockLength(block));
    file.read(file.blockStart(block), bytes);
    return bytes.array();
  }
}
