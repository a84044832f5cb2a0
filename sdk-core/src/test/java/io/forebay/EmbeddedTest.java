package io.forebay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.control.CacheControl;
import io.forebay.metadata.NodeInfo;
import io.forebay.samples.oss.Fault;
import io.forebay.samples.oss.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API in embedded mode, over a real OSS client and server. */
class EmbeddedTest {

  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  private <T extends AutoCloseable> T closing(T resource) {
    open.add(resource);
    return resource;
  }

  private Forebay embedded(Bucket bucket) throws IOException {
    return closing(bucket.to(Forebay.builder().embedded(directory.resolve("cache"))).open());
  }

  @Test
  void aClosedForebayRefusesAndAsksNobody() throws Exception {
    Bucket bucket = closing(new Bucket());
    bucket.add("a", 10);
    Forebay forebay = embedded(bucket);
    DataSet data = forebay.dataSet(bucket.root());
    FileStatus known = data.stat("a");
    DataFile file = data.open("a");
    forebay.close();
    forebay.close(); // changes nothing
    long requests = bucket.server().traffic().counts().total();
    List<ThrowingCallable> uses =
        List.of(
            () -> forebay.dataSet(bucket.root()),
            () -> forebay.dataSet("file:/tmp"),
            () -> data.read("a"),
            () -> data.read(known, 0, ByteBuffer.allocate(10)),
            () -> data.list(""),
            () -> data.walk(""),
            () -> data.refresh(),
            () -> data.prefetch(List.of("a")),
            () -> CacheControl.of(data).load(known, 0, 10, 1),
            () -> data.write("b", InputStream.nullInputStream(), 0),
            () -> data.delete("a"),
            () -> file.read(ByteBuffer.allocate(10)));
    for (ThrowingCallable use : uses) {
      assertThatThrownBy(use)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("this Forebay is closed; open another one");
    }
    assertThat(bucket.server().traffic().counts().total()).isEqualTo(requests);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  @Test
  void aFileIsFetchedOnceAndThenResident() throws IOException {
    Bucket bucket = closing(new Bucket());
    byte[] content = bucket.add("a.bin", 100_000);
    Forebay forebay = embedded(bucket);
    DataSet data = forebay.dataSet(bucket.root());

    for (int i = 0; i < 3; i++) {
      assertThat(bytes(data.read("a.bin"))).isEqualTo(content);
    }
    assertThat(bucket.gets("a.bin")).isEqualTo(1);
    assertThat(forebay.stats().reads(Origin.EMBEDDED_CACHE)).isEqualTo(1);
    assertThat(forebay.stats().reads(Origin.RESIDENT)).isEqualTo(2);
  }

  @Test
  void aFileThatSeveralLoadIsResidentWhenTheFirstOfThemReturns() throws Exception {
    Bucket bucket = closing(new Bucket());
    for (int i = 0; i < 50; i++) {
      bucket.add("f" + i, 20_000);
    }
    DataSet data = embedded(bucket).dataSet(bucket.root());
    List<FileStatus> files = data.walk("");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Void>> loads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        loads.add(
            threads.submit(
                () -> {
                  for (FileStatus file : files) {
                    CacheControl.of(data)
                        .loadAll(
                            List.of(file),
                            1,
                            (which, reason) -> {
                              throw new AssertionError(which.path(), reason);
                            });
                    assertThat(CacheControl.of(data).resident(file)).as(file.path()).isPresent();
                  }
                  return null;
                }));
      }
      for (Future<Void> load : loads) {
        load.get(1, TimeUnit.MINUTES);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void theTreeCanBeListedWalkedAndStated() throws IOException {
    Bucket bucket = closing(new Bucket());
    bucket.add("x/1", 10);
    bucket.add("x/y/2", 20);
    bucket.add("3", 30);
    DataSet data = embedded(bucket).dataSet(bucket.root());

    assertThat(data.list("")).extracting(FileStatus::path).containsExactlyInAnyOrder("x", "3");
    assertThat(data.walk(""))
        .extracting(FileStatus::path)
        .containsExactlyInAnyOrder("x/1", "x/y/2", "3");
    assertThat(data.stat("x/y/2").size()).isEqualTo(20);
    assertThat(data.stat("x").directory()).isTrue();
    long before = bucket.server().traffic().counts().total();
    data.walk("");
    data.stat("x/1");
    assertThat(bucket.server().traffic().counts().total()).isEqualTo(before);
  }

  @Test
  void asynchronousReadsDoNotHoldUpTheirCaller() throws Exception {
    Bucket bucket = closing(new Bucket());
    Forebay forebay = embedded(bucket);
    bucket.add("a", 10);
    bucket.add("b", 20);
    DataSet data = forebay.dataSet(bucket.root());
    bucket.server().faults().nextOn("/root/a", Integer.MAX_VALUE, Fault.HANG);
    CompletableFuture<ByteBuffer> slow = data.readAsync("a");
    assertThat(data.readAsync(data.stat("b")).get(1, TimeUnit.MINUTES).remaining()).isEqualTo(20);
    assertThat(slow).isNotDone();
    assertThat(data.readAsync("none"))
        .failsWithin(Duration.ofMinutes(1))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(NoSuchFileException.class);
    bucket.server().faults().clear();
    assertThat(slow.get(1, TimeUnit.MINUTES).remaining()).isEqualTo(10);
    forebay.close();
    assertThat(data.readAsync("b"))
        .failsWithin(Duration.ofMinutes(1))
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("closed");
  }

  @Test
  void existsTellsFilesAndDirectoriesFromWhatIsNotThere() throws IOException {
    Bucket bucket = closing(new Bucket());
    bucket.add("x/1", 10);
    DataSet data = embedded(bucket).dataSet(bucket.root());
    assertThat(data.exists("x/1")).isTrue();
    assertThat(data.exists("x")).isTrue();
    assertThat(data.exists("x/2")).isFalse();
  }

  @Test
  void aPathAndItsStatusReadTheSame() throws IOException {
    Bucket bucket = closing(new Bucket());
    byte[] content = bucket.add("x/1", 1_000);
    DataSet data = embedded(bucket).dataSet(bucket.root());
    FileStatus status = data.stat("x/1");
    assertThat(bytes(data.read("x/1"))).isEqualTo(content);
    assertThat(bytes(data.read(status))).isEqualTo(content);
    byte[] part = Arrays.copyOfRange(content, 10, 30);
    ByteBuffer byPath = ByteBuffer.allocate(20);
    data.read("x/1", 10, byPath);
    ByteBuffer byStatus = ByteBuffer.allocate(20);
    data.read(status, 10, byStatus);
    assertThat(byPath.array()).isEqualTo(part);
    assertThat(byStatus.array()).isEqualTo(part);
    assertThatThrownBy(() -> data.read(data.stat("x")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("is a directory");
  }

  @Test
  void aWalkListsOnlyALittleAheadOfItsVisitor() throws IOException {
    Bucket bucket = closing(new Bucket());
    int directories = 200;
    for (int i = 0; i < directories; i++) {
      bucket.add("d" + i + "/file", 1);
    }
    DataSet data = embedded(bucket).dataSet(bucket.root());
    long before = bucket.server().traffic().counts().total();
    assertThatThrownBy(
            () ->
                data.walk(
                    "",
                    file -> {
                      throw new IOException("enough: " + file.path());
                    }))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("enough");
    assertThat(bucket.server().traffic().counts().total() - before).isLessThan(directories / 2);
    List<String> visited = new ArrayList<>();
    data.walk("", file -> visited.add(file.path()));
    assertThat(visited).containsExactlyInAnyOrderElementsOf(bucket.files().keySet());
  }

  @Test
  void aLargeResidentFileIsMappedAndAChannelSeeks() throws IOException {
    Bucket bucket = closing(new Bucket());
    byte[] content = bucket.add("large", 11 * MIB + 77);
    DataSet data = embedded(bucket).dataSet(bucket.root());

    assertThat(data.map("large")).isEmpty();
    try (DataFile file = data.open("large")) {
      ByteBuffer some = ByteBuffer.allocate(1_000);
      file.position(9 * MIB - 500).read(some);
      assertThat(some.array()).isEqualTo(Arrays.copyOfRange(content, 9 * MIB - 500, 9 * MIB + 500));
      assertThat(file.position()).isEqualTo(9 * MIB + 500);
      assertThat(file.size()).isEqualTo(content.length);
    }
    assertThat(bytes(data.read("large"))).isEqualTo(content);
    ByteBuffer mapped = data.map("large").orElseThrow();
    assertThat(mapped.isDirect()).isTrue();
    assertThat(mapped.isReadOnly()).isTrue();
    assertThat(bytes(mapped)).isEqualTo(content);
    try (InputStream in = data.open("large").asInputStream()) {
      assertThat(in.readAllBytes()).isEqualTo(content);
    }
    // Three blocks, and none of them twice.
    assertThat(bucket.gets("large")).isEqualTo(3);
  }

  @Test
  void anEmptyFileIsEmpty() throws IOException {
    Bucket bucket = closing(new Bucket());
    bucket.add("empty", 0);
    DataSet data = embedded(bucket).dataSet(bucket.root());
    assertThat(data.read("empty").remaining()).isZero();
    assertThat(data.open("empty").read(ByteBuffer.allocate(1))).isEqualTo(-1);
    data.readAll(List.of("empty"), ReadOrder.FREE, (p, b) -> assertThat(b.remaining()).isZero());
  }

  @Test
  void readersOfTheSameFileShareOneRequest() throws Exception {
    Bucket bucket = closing(new Bucket(new Shape(Duration.ofMillis(50), 0, 0)));
    byte[] content = bucket.add("shared", 9 * MIB);
    DataSet data = embedded(bucket).dataSet(bucket.root());
    data.stat("shared");
    ExecutorService readers = Executors.newFixedThreadPool(8);
    open.add(readers::shutdownNow);
    List<Future<ByteBuffer>> results = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      results.add(readers.submit((Callable<ByteBuffer>) () -> data.read("shared")));
    }
    for (Future<ByteBuffer> result : results) {
      assertThat(bytes(result.get(60, TimeUnit.SECONDS))).isEqualTo(content);
    }
    assertThat(bucket.gets("shared")).isEqualTo(3);
  }

  @Test
  void aReaderGetsItsBytesWhileTheBlockIsStillArriving() throws IOException {
    // 4 MiB at 2 MB/s take two seconds; the first bytes must not.
    Bucket bucket = closing(new Bucket(new Shape(Duration.ZERO, 2_000_000, 0)));
    byte[] content = bucket.add("slow", 4 * MIB);
    DataSet data = embedded(bucket).dataSet(bucket.root());
    data.stat("slow");
    try (DataFile file = data.open("slow")) {
      ByteBuffer first = ByteBuffer.allocate(1_000);
      file.read(first);
      assertThat(bucket.server().traffic().counts().objectBytes()).isLessThan(2 * MIB);
      assertThat(first.array()).isEqualTo(Arrays.copyOf(content, 1_000));
    }
  }

  @Test
  void whatDoesNotFitPassesBy() throws IOException {
    Bucket bucket = closing(new Bucket());
    byte[] first = bucket.add("first", 100_000);
    byte[] second = bucket.add("second", 100_000);
    Forebay forebay =
        closing(
            bucket
                .to(Forebay.builder().embedded(directory.resolve("cache")).quotaBytes(150_000))
                .open());
    DataSet data = forebay.dataSet(bucket.root());
    for (int i = 0; i < 3; i++) {
      assertThat(bytes(data.read("first"))).isEqualTo(first);
      assertThat(bytes(data.read("second"))).isEqualTo(second);
    }
    // What came first stays; what came second is read each time.
    assertThat(bucket.gets("first")).isEqualTo(1);
    assertThat(bucket.gets("second")).isEqualTo(3);
  }

  @Test
  void theResidentPartOfAFileThatDoesNotFitIsNotFetchedAgain() throws IOException {
    Bucket bucket = closing(new Bucket());
    byte[] content = bucket.add("large", 12 * MIB);
    Forebay forebay =
        closing(
            bucket
                .to(Forebay.builder().embedded(directory.resolve("cache")).quotaBytes(9 * MIB))
                .open());
    DataSet data = forebay.dataSet(bucket.root());
    for (int i = 0; i < 3; i++) {
      assertThat(bytes(data.read("large"))).isEqualTo(content);
    }
    // Two blocks stay, the third passes by each time.
    assertThat(bucket.gets("large")).isEqualTo(2 + 3);
    assertThat(bucket.server().traffic().counts().objectBytes()).isEqualTo((8 + 3 * 4) * MIB);
  }

  @Test
  void manyFilesComeInTheOrderAskedFor() throws IOException {
    Bucket bucket = closing(new Bucket());
    for (int i = 0; i < 300; i++) {
      bucket.add("many/" + i, 1_000 + i);
    }
    DataSet data = embedded(bucket).dataSet(bucket.root());
    List<String> paths = new ArrayList<>(bucket.files().keySet());
    data.read(paths.get(10));
    for (ReadOrder order : ReadOrder.values()) {
      List<String> delivered = new ArrayList<>();
      data.readAll(
          paths,
          order,
          (path, buffer) -> {
            assertThat(bytes(buffer)).isEqualTo(bucket.files().get(path));
            delivered.add(path);
          });
      assertThat(delivered).containsExactlyInAnyOrderElementsOf(paths);
      if (order == ReadOrder.STRICT) {
        assertThat(delivered).isEqualTo(paths);
      }
    }
  }

  @Test
  void prefetchedFilesNeedNoFurtherRequest() throws Exception {
    Bucket bucket = closing(new Bucket());
    for (int i = 0; i < 50; i++) {
      bucket.add("p/" + i, 10_000);
    }
    Forebay forebay = embedded(bucket);
    DataSet data = forebay.dataSet(bucket.root());
    List<String> paths = new ArrayList<>(bucket.files().keySet());
    data.prefetch(paths);
    for (String path : paths) {
      assertThat(bytes(data.read(path))).isEqualTo(bucket.files().get(path));
    }
    for (String path : paths) {
      assertThat(bucket.gets(path)).isEqualTo(1);
    }
  }

  @Test
  void aChangedObjectIsStaleUntilTheDataSetIsRefreshed() throws IOException {
    Bucket bucket = closing(new Bucket());
    byte[] old = bucket.add("cached", 1_000);
    bucket.add("uncached", 1_000);
    DataSet data = embedded(bucket).dataSet(bucket.root());
    data.read("cached");
    data.stat("uncached");
    byte[] young = bucket.add("cached", 2_000);
    byte[] youngToo = bucket.add("uncached", 2_000);

    assertThat(bytes(data.read("cached"))).isEqualTo(old);
    assertThatThrownBy(() -> data.read("uncached"))
        .isInstanceOf(StaleFileException.class)
        .hasMessageContaining("uncached");
    data.refresh();
    assertThat(bytes(data.read("cached"))).isEqualTo(young);
    assertThat(bytes(data.read("uncached"))).isEqualTo(youngToo);
  }

  @Test
  void theCacheSurvivesARestartAndABadBlockIsFetchedAgain() throws IOException {
    Bucket bucket = closing(new Bucket());
    byte[] content = bucket.add("kept", 50_000);
    Path cache = directory.resolve("cache");
    for (int run = 0; run < 3; run++) {
      try (Forebay forebay = bucket.to(Forebay.builder().embedded(cache)).open()) {
        assertThat(bytes(forebay.dataSet(bucket.root()).read("kept"))).isEqualTo(content);
      }
      assertThat(bucket.gets("kept")).isEqualTo(run < 2 ? 1 : 2);
      if (run == 1) {
        flipAByteOfTheOnlyTierFile(cache.resolve("tier"));
      }
    }
  }

  private static void flipAByteOfTheOnlyTierFile(Path tier) throws IOException {
    try (Stream<Path> files = Files.walk(tier)) {
      Path file =
          files
              .filter(Files::isRegularFile)
              .filter(f -> f.getFileName().toString().length() == 32)
              .findFirst()
              .orElseThrow();
      try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
        access.seek(20_000);
        int b = access.read();
        access.seek(20_000);
        access.write(~b);
      }
    }
  }

  @Test
  void aSecondProcessReadsWhatIsResidentAndTheRestDirectly() throws IOException {
    Bucket bucket = closing(new Bucket());
    byte[] resident = bucket.add("resident", 1_000);
    byte[] other = bucket.add("other", 1_000);
    embedded(bucket).dataSet(bucket.root()).read("resident");
    await("the maps are open")
        .atMost(ONE_MINUTE)
        .until(() -> NodeInfo.read(directory.resolve("cache")).orElseThrow().sharedMaps());

    Forebay guest = embedded(bucket);
    DataSet data = guest.dataSet(bucket.root());
    assertThat(bytes(data.read("resident"))).isEqualTo(resident);
    assertThat(bytes(data.read("other"))).isEqualTo(other);
    assertThat(guest.stats().reads(Origin.RESIDENT)).isEqualTo(1);
    assertThat(guest.stats().reads(Origin.UNDER_STORE)).isEqualTo(1);
  }

  @Test
  void badNamesAndMissingFilesAreClearErrors() throws IOException {
    Bucket bucket = closing(new Bucket());
    bucket.add("x/1", 10);
    Forebay forebay = embedded(bucket);
    DataSet data = forebay.dataSet(bucket.root());
    assertThatThrownBy(() -> data.read("x/../../secret")).isInstanceOf(InvalidPathException.class);
    assertThatThrownBy(() -> data.stat("a\u0001b")).isInstanceOf(InvalidPathException.class);
    assertThatThrownBy(() -> data.read("nope"))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("nope");
    assertThatThrownBy(() -> data.read("x")).hasMessageContaining("directory");
    assertThatThrownBy(() -> data.read("x/1", ByteBuffer.allocate(3))).hasMessageContaining("10");
    assertThatThrownBy(() -> forebay.dataSet("gopher://x")).hasMessageContaining("gopher");
    assertThatThrownBy(() -> forebay.dataSet("just-a-name")).hasMessageContaining("just-a-name");
  }

  @Test
  void aFailingStoreLeavesNothingHalfWritten() throws IOException {
    Bucket bucket = closing(new Bucket());
    byte[] content = bucket.add("f", 100_000);
    Forebay forebay = embedded(bucket);
    DataSet data = forebay.dataSet(bucket.root());
    data.stat("f");
    bucket.server().faults().rate(1, Fault.INTERNAL_ERROR);
    assertThatThrownBy(() -> data.read("f")).hasMessageContaining("InternalError");
    try (Stream<Path> files = Files.walk(directory.resolve("cache/tier"))) {
      assertThat(files.filter(f -> f.toString().endsWith(".part"))).isEmpty();
    }
    bucket.server().faults().clear();
    assertThat(bytes(data.read("f"))).isEqualTo(content);
  }

  @Test
  void localDirectoriesAreUnderStoresToo() throws IOException {
    Path files = Files.createDirectories(directory.resolve("files/a"));
    Files.writeString(files.resolve("b.txt"), "hello");
    Forebay forebay = closing(Forebay.embedded(directory.resolve("cache")));
    DataSet data = forebay.dataSet(directory.resolve("files").toUri().toString());
    assertThat(new String(bytes(data.read("a/b.txt")), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("hello");
  }

  @Test
  void whatIsWrittenIsReadBackThroughTheCacheAndDirectoriesAreRefused() throws Exception {
    Bucket bucket = closing(new Bucket());
    bucket.add("dir/old", 100);
    DataSet data = embedded(bucket).dataSet(bucket.root());
    assertThat(data.list("dir")).hasSize(1);
    byte[] content = new byte[200_000];
    new java.util.Random(5).nextBytes(content);

    FileStatus written =
        data.write("dir/checkpoint", new java.io.ByteArrayInputStream(content), content.length);
    assertThat(data.stat("dir/checkpoint")).isEqualTo(written);
    assertThat(bytes(data.read("dir/checkpoint"))).isEqualTo(content);
    assertThat(data.list("dir")).hasSize(2);

    content[0]++;
    data.write("dir/checkpoint", new java.io.ByteArrayInputStream(content), content.length);
    assertThat(bytes(data.read("dir/checkpoint"))).isEqualTo(content);

    data.rename("dir/checkpoint", "dir/latest");
    assertThat(bytes(data.read("dir/latest"))).isEqualTo(content);
    assertThatThrownBy(() -> data.stat("dir/checkpoint")).isInstanceOf(NoSuchFileException.class);
    data.delete("dir/old");
    assertThat(data.list("dir")).extracting(FileStatus::path).containsExactly("dir/latest");

    assertThatThrownBy(() -> data.rename("dir", "other")).hasMessageContaining("is a directory");
    assertThatThrownBy(() -> data.delete("dir")).hasMessageContaining("is a directory");
    assertThatThrownBy(() -> data.rename("none", "other")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> data.write("half", new java.io.ByteArrayInputStream(new byte[3]), 10))
        .hasMessageContaining("half");
    assertThatThrownBy(() -> data.stat("half")).isInstanceOf(NoSuchFileException.class);
  }
}
