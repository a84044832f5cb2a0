package io.forebay.fill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.Bucket;
import io.forebay.FileStatus;
import io.forebay.file.FileVersion;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeDataSet;
import io.forebay.node.NodeOptions;
import io.forebay.samples.oss.Fault;
import io.forebay.samples.oss.Shape;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.DataSetSpec;
import io.forebay.store.Medium;
import io.forebay.store.StoreOptions;
import io.forebay.store.TierOptions;
import io.forebay.understore.layer.Source;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is served first, and what ends when nobody waits for it any more. */
class FlowTest {

  private static final int BLOCK = 64 << 10;
  private static final int MANY = 64;

  @TempDir Path directory;
  private final List<AutoCloseable> resources = new ArrayList<>();
  private final ExecutorService readers = Executors.newCachedThreadPool();
  private final GatedSource source = new GatedSource();
  private CacheNode node;
  private FillThreads threads;
  private ReadThrough reads;

  @AfterEach
  void close() throws Exception {
    source.gate.release(1_000_000);
    for (int i = resources.size() - 1; i >= 0; i--) {
      resources.get(i).close();
    }
    readers.shutdownNow();
  }

  /** Answers a request for each permit, and remembers the order of the requests. */
  private static final class GatedSource implements Source {

    private final Semaphore gate = new Semaphore(0);
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    @Override
    public InputStream open(FileStatus file, long offset, long length) throws IOException {
      asked.add(file.path());
      try {
        gate.acquire();
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
      return new ByteArrayInputStream(new byte[(int) length]);
    }
  }

  private CacheNode open(long quota, int block) throws IOException {
    CacheNode opened =
        CacheNode.open(
            new NodeOptions(
                directory,
                StoreOptions.of(
                    List.of(TierOptions.of(Medium.SSD, directory.resolve("tier"), quota)), block),
                FillOptions.DEFAULT));
    resources.add(opened);
    return opened;
  }

  /** One request at a time. */
  private void openNarrow(long quota) throws IOException {
    node = open(quota, BLOCK);
    threads = new FillThreads("d", 1);
    resources.add(threads);
    reads =
        new ReadThrough(
            node.store(),
            (file, extent) -> true,
            new ReadThrough.Sources(source, source, source, source),
            threads,
            new FillMemory(FillOptions.DEFAULT, BLOCK),
            FillOptions.DEFAULT);
  }

  private Future<?> read(String path, Asker asker) {
    FileVersion version = FileVersion.of("d", FileStatus.file(path, BLOCK, 0, "etag"));
    return readers.submit(
        () -> {
          try (ReadThrough.Reading reading = reads.reading(version, 0, BLOCK, false, asker)) {
            reading.read(ByteBuffer.allocate(BLOCK));
          }
          return null;
        });
  }

  private List<Future<?>> readMany(Asker asker) {
    List<Future<?>> results = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      results.add(read("a" + i, asker));
    }
    await()
        .atMost(ONE_MINUTE)
        .until(() -> threads.queued() == MANY - 1 && source.asked.size() == 1);
    return results;
  }

  private static void requireAll(List<Future<?>> results) throws Exception {
    for (Future<?> each : results) {
      each.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void aClientThatComesLastWaitsForOneRequestOfEachOtherClient() throws Exception {
    openNarrow(1 << 30);
    newcomerIsSoonServed();
  }

  @Test
  void clientsTakeTurnsWhenTheCacheIsFull() throws Exception {
    openNarrow(0);
    newcomerIsSoonServed();
  }

  private void newcomerIsSoonServed() throws Exception {
    List<Future<?>> results = readMany(new Asker("many"));
    results.add(read("b", new Asker("newcomer")));
    await().atMost(ONE_MINUTE).until(() -> threads.queued() == MANY);
    source.gate.release(MANY + 1);
    requireAll(results);
    // One was under way, and one of the other client may come before it.
    assertThat(source.asked.indexOf("b")).isLessThanOrEqualTo(2);
    assertThat(source.asked).hasSize(MANY + 1);
  }

  @Test
  void aBlockThatAnotherClientWaitsForComesInThisOnesTurn() throws Exception {
    openNarrow(1 << 30);
    List<Future<?>> results = readMany(new Asker("many"));
    String under = source.asked.get(0);
    List<String> waiting = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      if (!under.equals("a" + i)) {
        waiting.add("a" + i);
      }
    }
    List<Future<?>> same = new ArrayList<>();
    for (String path : waiting) {
      same.add(read(path, new Asker("client of " + path)));
    }
    await().atMost(ONE_MINUTE).until(() -> threads.queued() == 2 * (MANY - 1));
    source.gate.release(MANY);
    requireAll(results);
    requireAll(same);
    assertThat(source.asked).doesNotHaveDuplicates().hasSize(MANY);
  }

  @Test
  void whatNobodyWantsAnyMoreIsNotFetched() throws Exception {
    openNarrow(1 << 30);
    Asker asker = new Asker("client");
    List<Future<?>> results = readMany(asker);
    asker.withdraw();
    for (Future<?> each : results) {
      assertThatThrownBy(() -> each.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(UnwantedException.class);
    }
    source.gate.release(MANY);
    await().atMost(ONE_MINUTE).until(() -> reads.fillsInFlight() == 0);
    assertThat(source.asked).hasSize(1);
    // A later reader gets what was given up.
    read(source.asked.get(0), new Asker("client")).get(60, TimeUnit.SECONDS);
  }

  @Test
  void aBlockThatSomebodyElseWaitsForIsFetchedThoughItsFirstReaderIsGone() throws Exception {
    openNarrow(1 << 30);
    Future<?> under = read("under way", new Asker("other"));
    await().atMost(ONE_MINUTE).until(() -> source.asked.size() == 1);
    Asker first = new Asker("first");
    Future<?> gone = read("shared", first);
    await().atMost(ONE_MINUTE).until(() -> threads.queued() == 1);
    Future<?> stays = read("shared", new Asker("second"));
    await().atMost(ONE_MINUTE).until(() -> threads.queued() == 2); // in either client's turn
    first.withdraw();
    assertThatThrownBy(() -> gone.get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(UnwantedException.class);
    source.gate.release(2);
    under.get(60, TimeUnit.SECONDS);
    stays.get(60, TimeUnit.SECONDS);
    assertThat(source.asked).containsExactly("under way", "shared");
  }

  private NodeDataSet over(Bucket bucket, CacheNode opened) throws IOException {
    return opened.add(
        new DataSetSpec(
            "d",
            URI.create(bucket.root()),
            bucket.options(),
            CachePolicy.DEFAULT.withoutHedging()));
  }

  @Test
  void aRequestUnderWayEndsWhenNobodyWaitsForIt() throws Exception {
    int size = 8 << 20;
    // The whole answer would take more than two minutes.
    try (Bucket bucket = new Bucket(new Shape(Duration.ZERO, 64 << 10, 0))) {
      bucket.add("f", size);
      node = open(1 << 30, size);
      NodeDataSet data = over(bucket, node);
      FileVersion version = FileVersion.of("d", data.catalog().stat("f"));
      Asker asker = new Asker("client");
      ByteBuffer target = ByteBuffer.allocate(size);
      Future<?> read =
          readers.submit(
              () -> {
                try (ReadThrough.Reading reading =
                    data.reads().reading(version, 0, size, false, asker)) {
                  reading.read(target);
                }
                return null;
              });
      await().atMost(ONE_MINUTE).until(() -> bucket.server().traffic().counts().objectBytes() > 0);
      asker.withdraw();
      assertThatThrownBy(() -> read.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(UnwantedException.class);
      await().atMost(ONE_MINUTE).until(() -> data.status().underStore().running() == 0);
      assertThat(bucket.server().traffic().counts().objectBytes()).isLessThan(size);
      assertThat(bucket.gets("f")).isEqualTo(1);
      await().atMost(ONE_MINUTE).until(() -> node.status().fillMemoryBytes() == 0);
    }
  }

  @Test
  void whatIsFetchedAheadForARequestEndsWithIt() throws Exception {
    int files = 200;
    try (Bucket bucket = new Bucket()) {
      for (int i = 0; i < files; i++) {
        bucket.add("f" + i, BLOCK);
      }
      node = open(1 << 30, BLOCK);
      NodeDataSet data = over(bucket, node);
      List<FileVersion> versions = new ArrayList<>();
      for (int i = 0; i < files; i++) {
        versions.add(FileVersion.of("d", data.catalog().stat("f" + i)));
      }
      bucket.server().faults().rate(1, Fault.HANG);
      Asker asker = new Asker("client");
      long before = bucket.server().traffic().counts().of("GET");
      versions.forEach(version -> data.reads().prefetch(version, asker));
      int most = CachePolicy.DEFAULT.maxRequests() / 2;
      await()
          .atMost(ONE_MINUTE)
          .until(() -> bucket.server().traffic().counts().of("GET") - before == most);
      asker.withdraw();
      bucket.server().faults().clear();
      await()
          .atMost(ONE_MINUTE)
          .until(() -> data.status().fills() == 0 && data.status().queued() == 0);
      assertThat(bucket.server().traffic().counts().of("GET") - before).isEqualTo(most);
    }
  }

  @Test
  void aReaderThatPausesHoldsNoMemoryAndGoesOnLater() throws Exception {
    try (Bucket bucket = new Bucket()) {
      byte[] content = bucket.add("f", BLOCK);
      node = open(1 << 30, BLOCK);
      NodeDataSet data = over(bucket, node);
      FileVersion version = FileVersion.of("d", data.catalog().stat("f"));
      ByteBuffer target = ByteBuffer.allocate(BLOCK);
      try (ReadThrough.Reading reading =
          data.reads().reading(version, 0, BLOCK, false, new Asker("client"))) {
        reading.read(target.limit(100));
        reading.pause();
        await().atMost(ONE_MINUTE).until(() -> node.status().fillMemoryBytes() == 0);
        reading.read(target.limit(BLOCK));
      }
      assertThat(target.array()).isEqualTo(content);
      assertThat(bucket.gets("f")).isEqualTo(1);
    }
  }
}
