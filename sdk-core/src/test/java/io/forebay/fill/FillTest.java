package io.forebay.fill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.Bucket;
import io.forebay.FileStatus;
import io.forebay.file.FileId;
import io.forebay.file.FileVersion;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeDataSet;
import io.forebay.node.NodeOptions;
import io.forebay.samples.oss.Fault;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.Retain;
import io.forebay.store.Blocks;
import io.forebay.store.Medium;
import io.forebay.store.StoreOptions;
import io.forebay.store.TierOptions;
import io.forebay.understore.RetryPolicy;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreException;
import io.forebay.understore.layer.GuardedUnderStore;
import io.forebay.understore.layer.HedgingUnderStore;
import io.forebay.understore.layer.RetryingUnderStore;
import io.forebay.understore.layer.UnderStores;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the under-store is asked: limits, hedging, coalescing, read-ahead, memory. */
class FillTest {

  private static final int BLOCK = 64 << 10;

  @TempDir Path directory;
  private CacheNode cacheNode;
  private final List<AutoCloseable> resources = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (int i = resources.size() - 1; i >= 0; i--) {
      resources.get(i).close();
    }
  }

  private <T extends AutoCloseable> T closing(T resource) {
    resources.add(resource);
    return resource;
  }

  private ExecutorService threads(int count) {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    resources.add(threads::shutdownNow);
    return threads;
  }

  private static CachePolicy policy(int requests, long bytesPerSecond) {
    return new CachePolicy(
        Retain.AUTO, 0, Long.MAX_VALUE, Optional.empty(), requests, bytesPerSecond, true);
  }

  private GuardedUnderStore guarded(Bucket bucket, CachePolicy policy) throws IOException {
    return closing(
        new GuardedUnderStore(UnderStores.connect(spec(bucket, CachePolicy.DEFAULT)), "d", policy));
  }

  private static DataSetSpec spec(Bucket bucket, CachePolicy policy) {
    return new DataSetSpec("d", URI.create(bucket.root()), bucket.options(), policy);
  }

  private NodeDataSet node(Bucket bucket, long quota, FillOptions fill) throws IOException {
    cacheNode =
        closing(
            CacheNode.open(
                new NodeOptions(
                    directory,
                    StoreOptions.of(
                        List.of(TierOptions.of(Medium.SSD, directory.resolve("tier"), quota)),
                        BLOCK),
                    fill)));
    return cacheNode.add(spec(bucket, CachePolicy.DEFAULT.withoutHedging()));
  }

  private static byte[] read(NodeDataSet data, String path, long offset, int length)
      throws IOException {
    FileVersion version = FileVersion.of("d", data.catalog().stat(path));
    ByteBuffer target = ByteBuffer.allocate(length);
    data.reads().read(version, offset, target);
    return target.array();
  }

  @Test
  void noMoreRequestsRunThanADataSetMay() throws Exception {
    Bucket bucket = closing(new Bucket());
    bucket.add("f", 1_000);
    GuardedUnderStore store = guarded(bucket, policy(3, 0));
    FileStatus file = store.stat("f");
    bucket.server().faults().rate(1, Fault.HANG);
    ExecutorService readers = threads(30);
    List<Future<?>> reads = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      reads.add(readers.submit(() -> readAll(store, file)));
    }
    await().atMost(ONE_MINUTE).until(() -> bucket.gets("f") == 3);
    bucket.server().faults().clear();
    for (Future<?> each : reads) {
      each.get(60, TimeUnit.SECONDS);
    }
    assertThat(bucket.server().traffic().mostAtOnce()).isEqualTo(3);
    assertThat(store.status().running()).isZero();
    assertThat(store.status().bytes()).isEqualTo(30_000);
  }

  private static void readAll(UnderStore store, FileStatus file) {
    try (InputStream in = store.open(file, 0, file.size())) {
      in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void throttlingHalvesTheRequestsAndSuccessBringsThemBack() throws Exception {
    Bucket bucket = closing(new Bucket());
    bucket.add("f", 1_000);
    GuardedUnderStore store = guarded(bucket, policy(8, 0));
    FileStatus file = store.stat("f");
    bucket.server().faults().next(1, Fault.THROTTLE);
    try {
      store.open(file, 0, 10).close();
    } catch (UnderStoreException e) {
      assertThat(e.isThrottling()).isTrue();
    }
    assertThat(store.status().limit()).isEqualTo(4);
    assertThat(store.status().throttled()).isEqualTo(1);
    for (int i = 0; i < 100; i++) {
      readAll(store, file);
    }
    assertThat(store.status().limit()).isEqualTo(8);
  }

  @Test
  void aRequestThatHangsIsOvertakenByItsSecond() throws Exception {
    Bucket bucket = closing(new Bucket());
    byte[] content = bucket.add("f", 1_000);
    GuardedUnderStore guarded = guarded(bucket, policy(8, 0));
    HedgingUnderStore store =
        new HedgingUnderStore(new RetryingUnderStore(guarded, RetryPolicy.DEFAULT), guarded, true);
    FileStatus file = store.stat("f");
    for (int i = 0; i < 250; i++) {
      readAll(store, file);
    }
    bucket.server().faults().next(1, Fault.HANG);
    long gets = bucket.gets("f");
    long hedged = store.hedged();
    try (InputStream in = store.open(file, 0, 1_000)) {
      assertThat(in.readAllBytes()).isEqualTo(content);
    }
    // Without it the client would have waited for its time-out, and asked again.
    assertThat(store.hedged() - hedged).isEqualTo(1);
    assertThat(bucket.gets("f") - gets).isBetween(1L, 2L);
    bucket.server().faults().clear();
  }

  @Test
  void neighbouringBlocksComeInOneRequest() throws Exception {
    Bucket bucket = closing(new Bucket());
    byte[] content = bucket.add("f", 64 * BLOCK);
    NodeDataSet data = node(bucket, 1 << 30, FillOptions.DEFAULT);
    assertThat(read(data, "f", 0, content.length)).isEqualTo(content);
    // The first window of 25 blocks takes 13 requests; what is fetched ahead later comes singly.
    assertThat(bucket.gets("f")).isBetween(16L, 52L);
  }

  @Test
  void aSequentialReaderIsFetchedAheadOfAndARandomOneIsNot() {
    ReadAhead ahead = new ReadAhead(8L * BLOCK, BLOCK);
    Blocks blocks = new Blocks(100L * BLOCK, BLOCK);
    FileId id = new FileId(1, 2);
    int few = BLOCK / 8;
    assertThat(ahead.lastBlock(id, blocks, 0, few)).isEqualTo(2);
    assertThat(ahead.lastBlock(id, blocks, few, 2L * few)).isEqualTo(8);
    assertThat(ahead.lastBlock(id, blocks, 2L * few, BLOCK)).isEqualTo(8);
    assertThat(ahead.lastBlock(id, blocks, BLOCK, 2 * BLOCK)).isEqualTo(9);
    assertThat(ahead.lastBlock(id, blocks, 50 * BLOCK, 51 * BLOCK)).isEqualTo(50);
    assertThat(ahead.lastBlock(new FileId(2, 3), blocks, 0, BLOCK)).isEqualTo(8);
    assertThat(ahead.lastBlock(new FileId(3, 4), blocks, 0, blocks.length())).isEqualTo(99);
    assertThat(ahead.lastBlock(new FileId(5, 6), blocks, 99 * BLOCK, blocks.length()))
        .isEqualTo(99);
  }

  @Test
  void aFullCacheReadsARangeWithOneRequestAndNoMoreThanIsAskedFor() throws Exception {
    Bucket bucket = closing(new Bucket());
    byte[] content = bucket.add("f", 20 * BLOCK);
    NodeDataSet data = node(bucket, 0, FillOptions.DEFAULT);
    long before = bucket.server().traffic().counts().objectBytes();
    assertThat(read(data, "f", 1_000, 10 * BLOCK))
        .isEqualTo(Arrays.copyOfRange(content, 1_000, 1_000 + 10 * BLOCK));
    assertThat(bucket.gets("f")).isEqualTo(1);
    assertThat(bucket.server().traffic().counts().objectBytes() - before).isEqualTo(10L * BLOCK);
  }

  @Test
  void aFullCacheFetchesAheadOfASequentialReaderAndEachBlockOnce() throws Exception {
    Bucket bucket = closing(new Bucket());
    int blocks = 100;
    byte[] content = bucket.add("f", blocks * BLOCK);
    NodeDataSet data = node(bucket, 0, FillOptions.DEFAULT);
    readInOrder(data, content, 0, 5 * BLOCK);
    bucket.server().faults().rate(1, Fault.HANG);
    Future<?> rest =
        threads(1)
            .submit(
                () -> {
                  readInOrder(data, content, 5 * BLOCK, content.length);
                  return null;
                });
    await().atMost(ONE_MINUTE).until(() -> bucket.server().traffic().mostAtOnce() > 8);
    bucket.server().faults().clear();
    rest.get(60, TimeUnit.SECONDS);
    assertThat(bucket.gets("f")).isLessThanOrEqualTo(blocks);
    await().atMost(ONE_MINUTE).until(() -> cacheNode.status().fillMemoryBytes() == 0);
  }

  private static void readInOrder(NodeDataSet data, byte[] content, int from, int to)
      throws IOException {
    int piece = BLOCK / 4;
    for (int at = from; at < to; at += piece) {
      assertThat(read(data, "f", at, piece)).isEqualTo(Arrays.copyOfRange(content, at, at + piece));
    }
  }

  @Test
  void littleMemoryMakesFillsWaitAndNotFail() throws Exception {
    Bucket bucket = closing(new Bucket());
    byte[] content = bucket.add("f", 100 * BLOCK);
    NodeDataSet data = node(bucket, 1 << 30, new FillOptions(1 << 20, 64 << 20));
    List<CompletableFuture<byte[]>> readers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      readers.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return read(data, "f", 0, content.length);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              }));
    }
    for (CompletableFuture<byte[]> reader : readers) {
      assertThat(reader.get(60, TimeUnit.SECONDS)).isEqualTo(content);
    }
    // Readers have their bytes before the fill that brought them is put away.
    await().atMost(ONE_MINUTE).until(() -> data.status().fills() == 0);
  }
}
