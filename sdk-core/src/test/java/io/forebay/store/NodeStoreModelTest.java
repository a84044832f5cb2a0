package io.forebay.store;

import static io.forebay.store.Stores.BLOCK;
import static io.forebay.store.Stores.content;
import static io.forebay.store.Stores.fill;
import static io.forebay.store.Stores.options;
import static io.forebay.store.Stores.tier;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.file.FileVersion;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.Retain;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Random steps against a store of two tiers and against a map of files to sets of blocks. What the
 * store has must be in the model, byte for byte; it may have less only where it was told to make
 * room.
 */
class NodeStoreModelTest {

  private static final long FAST = 8 * BLOCK;
  private static final long SLOW = 16 * BLOCK;

  enum Kind {
    FILL,
    FILL_ALL,
    COPY,
    KEEP,
    CLASSIFY,
    READ,
    DROP,
    EVICT,
    MOVE_UP,
    MOVE_DOWN,
    TIDY,
    PIN,
    UNPIN,
    PRUNE,
    SCRUB,
    ABANDON,
    RESTART
  }

  /**
   * @param file selects data set, size and content
   */
  record Step(Kind kind, int file, int block) {}

  @Property
  void theStoreHoldsWhatTheModelHolds(@ForAll("steps") List<Step> steps) throws IOException {
    Path memory = Path.of("/dev/shm");
    Path directory =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "store-model")
            : Files.createTempDirectory("store-model");
    Run run = new Run(directory);
    try {
      for (Step step : steps) {
        run.step(step);
        run.check();
      }
      run.restart();
      run.readAll();
    } finally {
      run.store.close();
      delete(directory);
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(4, Arbitraries.of(Kind.FILL, Kind.FILL_ALL, Kind.READ)),
                net.jqwik.api.Tuple.of(3, Arbitraries.of(Kind.class))),
            Arbitraries.integers().between(0, 9),
            Arbitraries.integers().between(0, 9))
        .as(Step::new)
        .list()
        .ofMaxSize(50);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }

  /** The store and its model. */
  private static final class Run {

    private final Path directory;
    private final Map<FileVersion, BitSet> model = new HashMap<>();
    private final Set<FileVersion> copies = new HashSet<>();
    private Stores.Published published;
    private NodeStore store;

    Run(Path directory) throws IOException {
      this.directory = directory;
      open();
    }

    private void open() throws IOException {
      published = new Stores.Published();
      store =
          NodeStore.recover(
              options(
                  tier(directory.resolve("fast"), FAST, 0.9, 0.7),
                  tier(directory.resolve("slow"), SLOW, 0.9, 0.7)),
              published);
      store.configure("often", CachePolicy.DEFAULT.withRetain(Retain.FREQUENCY));
      store.configure("epochs", CachePolicy.DEFAULT.withRetain(Retain.KEEP));
    }

    /** What is a copy follows from who owns it, which nobody has said yet after a restart. */
    void restart() throws IOException {
      store.close();
      open();
      copies.clear();
    }

    /** All files with one of two lengths get another owner. */
    private void classify(boolean own) {
      store.classify((dataSet, id, length) -> own == (length % 2 == 0));
      model.forEach(
          (version, blocks) -> {
            copies.remove(version);
            if (!blocks.isEmpty() && own != (version.size() % 2 == 0)) {
              copies.add(version);
            }
          });
    }

    /** Even files are read by epochs, odd ones otherwise. */
    private static FileVersion version(int file) {
      return Stores.version(file % 2 == 0 ? "epochs" : "often", "f" + file, 1 + file * 3_000);
    }

    void step(Step step) throws IOException {
      FileVersion version = version(step.file);
      BitSet blocks = model.computeIfAbsent(version, v -> new BitSet());
      int count = store.blocks(version.size()).count();
      switch (step.kind) {
        case FILL -> fillOne(version, blocks, step.block % count);
        case COPY -> copy(version, blocks, step.block % count);
        case KEEP -> {
          store.keep(version);
          copies.remove(version);
        }
        case CLASSIFY -> classify(step.block % 2 == 0);
        case FILL_ALL -> {
          for (int block = 0; block < count; block++) {
            fillOne(version, blocks, block);
          }
        }
        case READ -> read(version);
        case DROP -> {
          store.find(version.id()).ifPresent(store::drop);
          blocks.clear();
        }
        case EVICT -> store.evict(version.id());
        case MOVE_UP -> move(version, 0);
        case MOVE_DOWN -> move(version, 1);
        case TIDY -> store.tidy();
        case PIN -> {
          store.pin(version.dataSet(), version.path());
          store.applyPins(version);
        }
        case UNPIN -> {
          store.unpin(version.dataSet(), version.path());
          store.applyPins(version);
        }
        case PRUNE -> {
          store.prune(version.dataSet(), file -> !file.pinned());
        }
        case SCRUB -> assertThat(store.scrub()).isZero();
        case ABANDON -> {
          int block = step.block % count;
          if (!blocks.get(block)) {
            store
                .reserve(version, block, Purpose.READ)
                .ifPresent(
                    writer -> {
                      copies.remove(version);
                      abandon(writer, version, block);
                    });
          }
        }
        case RESTART -> restart();
      }
      forgetWhatLeft();
    }

    private void abandon(BlockWriter writer, FileVersion version, int block) {
      try (writer) {
        writer.append(ByteBuffer.wrap(content(version, block), 0, 1));
      } catch (TierException e) {
        throw new AssertionError(e);
      }
    }

    private void move(FileVersion version, int tier) throws InterruptedIOException {
      new Mover(store).move(version.id(), tier);
    }

    private void fillOne(FileVersion version, BitSet blocks, int block) throws IOException {
      if (!blocks.get(block) && fill(store, version, block)) {
        blocks.set(block);
        copies.remove(version);
      }
    }

    /** A file is a copy if all of it came as one. */
    private void copy(FileVersion version, BitSet blocks, int block) throws IOException {
      boolean isNew = blocks.isEmpty();
      if (!blocks.get(block) && fill(store, version, block, Purpose.COPY)) {
        blocks.set(block);
        if (isNew) {
          copies.add(version);
        }
      }
    }

    /**
     * Retention may take files; it never adds any. Present blocks are always whole files' worth.
     */
    private void forgetWhatLeft() {
      model.forEach(
          (version, blocks) -> {
            if (store.find(version.id()).isEmpty()) {
              blocks.clear();
              copies.remove(version);
            }
          });
    }

    private void read(FileVersion version) throws IOException {
      Optional<ResidentFile> file = store.find(version.id());
      BitSet blocks = model.get(version);
      for (int block = 0; block < store.blocks(version.size()).count(); block++) {
        boolean has = file.isPresent() && file.get().has(block);
        assertThat(has).isEqualTo(blocks != null && blocks.get(block));
        if (has) {
          ByteBuffer bytes = ByteBuffer.allocate(file.get().blocks().length(block));
          file.get().read(file.get().blocks().start(block), bytes);
          assertThat(bytes.array()).isEqualTo(content(version, block));
        }
      }
      store.used(version.id(), 0, 1);
    }

    void readAll() throws IOException {
      for (FileVersion version : model.keySet()) {
        read(version);
      }
    }

    void check() throws IOException {
      long used = 0;
      long copied = 0;
      for (Map.Entry<FileVersion, BitSet> entry : model.entrySet()) {
        Blocks blocks = store.blocks(entry.getKey().size());
        long bytes = entry.getValue().stream().mapToLong(blocks::allocated).sum();
        used += bytes;
        copied += copies.contains(entry.getKey()) ? bytes : 0;
      }
      assertThat(store.usedBytes()).isEqualTo(used);
      StoreStatus status = store.status();
      assertThat(status.directories().get(0).usedBytes()).isLessThanOrEqualTo(FAST);
      assertThat(status.directories().get(1).usedBytes()).isLessThanOrEqualTo(SLOW);
      assertThat(status.usages().stream().mapToLong(DataSetUsageStatus::usedBytes).sum())
          .isEqualTo(used);
      assertThat(status.usages().stream().mapToLong(DataSetUsageStatus::copyBytes).sum())
          .isEqualTo(copied);
      assertThat(filesOnDisk())
          .isEqualTo(model.values().stream().filter(blocks -> !blocks.isEmpty()).count());
      for (Path path : publishedPaths()) {
        assertThat(path).exists();
      }
    }

    private List<Path> publishedPaths() {
      return published.locations.entrySet().stream()
          .map(
              e ->
                  io.forebay.metadata.TierLayout.complete(
                      store.directories().get(e.getValue().directory()), e.getKey()))
          .toList();
    }

    /** Tier files, by any name: one for each file that has a block. */
    private long filesOnDisk() throws IOException {
      long files = 0;
      for (Path tier : store.directories()) {
        try (Stream<Path> tree = Files.walk(tier, 2)) {
          files += tree.filter(p -> p.getFileName().toString().length() >= 32).count();
        }
      }
      return files;
    }
  }
}
