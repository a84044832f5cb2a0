package io.forebay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.Bucket;
import io.forebay.FileStatus;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.TreeListing;
import io.forebay.understore.UnderStore;
import io.forebay.understore.Utf8;
import io.forebay.understore.layer.UnderStores;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {

  @TempDir private Path directory;

  private Snapshot snapshot(UnderStore store) throws IOException {
    Path file = directory.resolve("s" + System.nanoTime());
    new SnapshotBuilder(store, 8, found -> {}).build(file);
    return Snapshot.open(file);
  }

  private static UnderStore open(Bucket bucket) throws IOException {
    return UnderStores.open(DataSetSpec.of(URI.create(bucket.root()), bucket.options()));
  }

  private static List<FileStatus> all(Snapshot snapshot) throws IOException {
    List<FileStatus> all = new ArrayList<>();
    snapshot.forEach(all::add);
    return all;
  }

  private Snapshot write(List<FileStatus> entries) throws IOException {
    Path file = directory.resolve("w" + System.nanoTime());
    try (SnapshotWriter writer = new SnapshotWriter(file, 1_000, 6)) {
      for (FileStatus entry : entries) {
        writer.add(entry);
      }
      writer.finish(3, 0);
    }
    return Snapshot.open(file);
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    List<FileStatus> entries =
        new ArrayList<>(
            List.of(
                FileStatus.file("a", 0, 5, ""),
                FileStatus.file("a-b/c", Long.MAX_VALUE, -7, "not hex"),
                FileStatus.file("a/b", 3, 1_700_000_000_000L, "0123456789ABCDEF0123456789ABCDEF"),
                FileStatus.file("a/b/c", 4, 1_600_000_000_000L, "0123456789abcdef"),
                FileStatus.directory("empty"),
                FileStatus.file("é/中文", 5, 0, "abc-3"),
                FileStatus.file("x".repeat(1_023), 6, 0, "AbCd"),
                FileStatus.file("\ue000", 7, 0, "12"),
                FileStatus.file("😀", 8, 0, "34")));
    entries.sort(SnapshotWriter.ORDER);
    try (Snapshot snapshot = write(entries)) {
      assertThat(all(snapshot)).isEqualTo(entries);
      assertThat(snapshot.info().files()).isEqualTo(8);
      assertThat(snapshot.info().directories()).isEqualTo(1);
      assertThat(snapshot.info().leftOut()).isEqualTo(3);
      for (FileStatus entry : entries) {
        assertThat(snapshot.stat(entry.path())).isEqualTo(entry);
      }
      assertThat(snapshot.stat("é")).isEqualTo(FileStatus.directory("é"));
      assertThatThrownBy(() -> snapshot.stat("e")).isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> snapshot.list("nowhere")).isInstanceOf(NoSuchFileException.class);
      assertThat(snapshot.list("empty")).isEmpty();
      assertThat(snapshot.list("a")).extracting(FileStatus::path).containsExactly("a/b", "a/b");
    }
  }

  @Test
  void aFileOfTheFirstFormatIsStillRead() throws IOException {
    Path file = directory.resolve("first");
    byte[] all;
    try (Snapshot snapshot = write(List.of(FileStatus.file("a", 1, 2, "e")))) {
      all = Files.readAllBytes(snapshot.file());
    }
    int trailerAt = all.length - SnapshotWriter.TRAILER_BYTES;
    int numbers = SnapshotWriter.FIRST_TRAILER_BYTES - Integer.BYTES - Long.BYTES;
    ByteBuffer first = ByteBuffer.allocate(trailerAt + SnapshotWriter.FIRST_TRAILER_BYTES);
    first.put(all, 0, trailerAt + numbers);
    first.putInt(EntryBlock.crc(ByteBuffer.wrap(all, trailerAt, numbers)));
    first.putLong(SnapshotWriter.FIRST_MAGIC);
    Files.write(file, first.array());

    try (Snapshot snapshot = Snapshot.open(file)) {
      assertThat(all(snapshot)).containsExactly(FileStatus.file("a", 1, 2, "e"));
      assertThat(snapshot.info()).isEqualTo(new SnapshotInfo(1, 1, 0, 3, 1_000, 0));
    }
  }

  @Test
  void lookUpsAcrossManyBlocksAgreeWithAMap() throws IOException {
    TreeMap<String, FileStatus> model = new TreeMap<>(Utf8.ORDER);
    Random random = new Random(1);
    for (int i = 0; i < 30_000; i++) {
      String path =
          "d" + random.nextInt(20) + "/e" + random.nextInt(50) + "/file-" + random.nextInt(100_000);
      model.put(path, FileStatus.file(path, random.nextInt(1 << 20), i, "etag-" + i));
    }
    try (Snapshot snapshot = write(List.copyOf(model.values()))) {
      assertThat(all(snapshot)).isEqualTo(List.copyOf(model.values()));
      for (String path : List.copyOf(model.keySet()).subList(0, 500)) {
        assertThat(snapshot.stat(path)).isEqualTo(model.get(path));
        assertThatThrownBy(() -> snapshot.stat(path + "x")).isInstanceOf(NoSuchFileException.class);
      }
      assertThat(snapshot.list("")).hasSize(20);
      assertThat(snapshot.list("d7")).hasSize(50);
      assertThat(snapshot.list("d7/e3"))
          .containsExactlyElementsOf(model.subMap("d7/e3/", "d7/e30").values());
      List<FileStatus> below = new ArrayList<>();
      snapshot.forEach("d7", below::add);
      assertThat(below).containsExactlyElementsOf(model.subMap("d7/", "d70").values());
    }
  }

  @Test
  void aDamagedFileIsFoundOut() throws IOException {
    Path file;
    try (Snapshot snapshot = write(List.of(FileStatus.file("a", 1, 2, "3")))) {
      file = snapshot.file();
    }
    byte[] good = Files.readAllBytes(file);
    for (int i = 8; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x10;
      Files.write(file, bad);
      assertThatThrownBy(
              () -> {
                try (Snapshot snapshot = Snapshot.open(file)) {
                  snapshot.forEach(entry -> {});
                }
              })
          .as("byte %d", i)
          .isInstanceOf(IOException.class);
    }
    Files.write(file, new byte[3]);
    assertThatThrownBy(() -> Snapshot.open(file)).hasMessageContaining("damaged");
  }

  @Test
  void anInterruptedReaderTakesItFromNobody() throws IOException {
    try (Snapshot snapshot = write(List.of(FileStatus.file("a", 1, 2, "3")))) {
      Thread.currentThread().interrupt();
      assertThat(all(snapshot)).hasSize(1);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(all(snapshot)).hasSize(1);
    }
  }

  @Test
  void whatStaysIsListedOnceWhileOtherObjectsComeAndGo() throws Exception {
    try (Bucket bucket = new Bucket()) {
      List<String> staying = new ArrayList<>();
      for (int i = 0; i < 6_000; i++) {
        staying.add(String.format("d%02d/stays-%04d", i % 30, i));
        bucket.add(staying.get(i), 1);
      }
      AtomicBoolean over = new AtomicBoolean();
      ExecutorService thread = Executors.newSingleThreadExecutor();
      Future<Void> others =
          thread.submit(
              () -> {
                Random random = new Random(2);
                while (!over.get()) {
                  String key =
                      String.format(
                          "root/d%02d/moves-%02d", random.nextInt(30), random.nextInt(99));
                  if (random.nextBoolean()) {
                    bucket.server().put("bucket", key, new byte[1]);
                  } else {
                    bucket.server().delete("bucket", key);
                  }
                }
                return null;
              });
      try (UnderStore store = open(bucket)) {
        for (int i = 0; i < 5; i++) {
          try (Snapshot snapshot = snapshot(store)) {
            List<String> paths = all(snapshot).stream().map(FileStatus::path).toList();
            assertThat(paths).doesNotHaveDuplicates().isSortedAccordingTo(Utf8.ORDER);
            assertThat(paths).containsAll(staying);
          }
        }
      } finally {
        over.set(true);
        thread.shutdown();
        others.get(10, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void aBucketIsListedByKeyRanges() throws IOException {
    try (Bucket bucket = new Bucket()) {
      List<String> paths = new ArrayList<>(List.of("a", "a/b", "a-b", "Z/1", "été/中文/😀.jpg"));
      for (int d = 0; d < 40; d++) {
        for (int f = 0; f < 150; f++) {
          paths.add("train/n0" + (1000 + d * 7) + "/img_" + f * 37 + ".jpeg");
        }
      }
      for (String path : paths) {
        bucket.add(path, 1);
      }
      bucket.server().put("bucket", "root/marker/", new byte[0]);
      bucket.server().put("bucket", "root/bad//name", new byte[0]);
      bucket.server().put("bucket", "root/not-utf8-\ufffd", new byte[0]); // as clients show it
      try (UnderStore store = open(bucket);
          Snapshot snapshot = snapshot(store)) {
        assertThat(all(snapshot).stream().filter(e -> !e.directory()).map(FileStatus::path))
            .containsExactlyInAnyOrderElementsOf(paths);
        assertThat(snapshot.info().leftOut()).isEqualTo(2);
        assertThat(snapshot.list("marker")).isEmpty();
        assertThat(snapshot.list("train/n01007"))
            .containsExactlyInAnyOrderElementsOf(TreeListing.list(store, "train/n01007"));
        assertThat(snapshot.stat("a/b")).isEqualTo(store.stat("a/b"));
      }
    }
  }

  @Test
  void aTreeOfDirectoriesIsListedWithItsEmptyOnes() throws IOException {
    Path root = Files.createDirectories(directory.resolve("root/empty/inner")).getParent();
    Files.createDirectories(root.resolveSibling("full"));
    Files.writeString(root.resolveSibling("full").resolve("file"), "x");
    try (UnderStore store =
            UnderStores.open(DataSetSpec.of(directory.resolve("root").toUri(), Map.of()));
        Snapshot snapshot = snapshot(store)) {
      assertThat(all(snapshot))
          .extracting(FileStatus::path)
          .containsExactly("empty/inner", "full/file");
      assertThat(snapshot.list("")).extracting(FileStatus::path).contains("empty", "full");
    }
  }

  @Test
  void aListingThatFailsLeavesNothingBehind() throws IOException {
    try (Bucket bucket = new Bucket()) {
      bucket.add("a", 1);
      Map<String, String> options = new java.util.HashMap<>(bucket.options());
      options.put("fs.oss.accessKeySecret", "wrong");
      try (UnderStore store =
          UnderStores.open(DataSetSpec.of(URI.create(bucket.root()), options))) {
        assertThatThrownBy(() -> snapshot(store))
            .isInstanceOf(java.nio.file.AccessDeniedException.class);
      }
    }
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void divisionsLieInOrderBetweenWhatWasSeenAndTheEnd() {
    for (String last : List.of("train/n01440764/n01440764_10026.JPEG", "0", "~~~", "é/中", "😀")) {
      for (String end : new String[] {null, last + "z", "~"}) {
        if (end != null && Utf8.ORDER.compare(last, end) >= 0) {
          continue;
        }
        List<String> points = KeyRanges.divide(last, end, 40);
        assertThat(points).hasSizeLessThanOrEqualTo(40).doesNotHaveDuplicates();
        assertThat(points).isSortedAccordingTo(Utf8.ORDER);
        assertThat(points)
            .allMatch(
                p ->
                    Utf8.ORDER.compare(last, p) < 0
                        && (end == null || Utf8.ORDER.compare(p, end) < 0));
      }
    }
  }
}
