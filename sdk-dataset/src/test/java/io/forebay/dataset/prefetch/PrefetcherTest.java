package io.forebay.dataset.prefetch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.StaleFileException;
import io.forebay.config.DataSize;
import io.forebay.control.CacheControl;
import io.forebay.dataset.epoch.EpochOrder;
import io.forebay.samples.oss.OssServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrefetcherTest {

  private static final int FILES = 1_000;
  private static final int BYTES = 1_000;
  private static final Duration ONE_MINUTE = Duration.ofMinutes(1);

  @TempDir Path directory;
  private OssServer oss;
  private Forebay forebay;
  private DataSet dataSet;
  private List<FileStatus> files;

  @BeforeEach
  void start() throws IOException {
    oss = OssServer.builder().bucket("bucket").key("id", "secret").start();
    for (int i = 0; i < FILES; i++) {
      oss.put("bucket", "f" + i, new byte[BYTES]);
    }
    forebay =
        Forebay.builder()
            .embedded(directory)
            .option("fs.oss.endpoint", oss.endpoint())
            .option("fs.oss.accessKeyId", "id")
            .option("fs.oss.accessKeySecret", "secret")
            .open();
    dataSet = forebay.dataSet("oss://bucket");
    files = dataSet.walk("").stream().sorted(Comparator.comparing(FileStatus::path)).toList();
  }

  @AfterEach
  void stop() throws IOException {
    forebay.close();
    oss.close();
  }

  private ReadPlan plan(int epochs) {
    return ReadPlan.epochs(files, epochs, epoch -> EpochOrder.shuffled(FILES, 1, epoch));
  }

  private long fetched() {
    return oss.traffic().counts().of("GET");
  }

  private boolean isResident(ReadPlan plan, long position) {
    return CacheControl.of(dataSet).resident(plan.file(position)).isPresent();
  }

  @Test
  void aPlanGoesThroughItsEpochs() {
    ReadPlan plan = plan(3);
    assertThat(plan.size()).isEqualTo(3 * FILES);
    assertThat(IntStream.range(FILES, 2 * FILES).mapToObj(plan::file))
        .containsExactlyInAnyOrderElementsOf(files);
    assertThat(plan.file(0)).isEqualTo(files.get((int) EpochOrder.shuffled(FILES, 1, 0).sample(0)));
    assertThat(plan.file(2_500))
        .isEqualTo(files.get((int) EpochOrder.shuffled(FILES, 1, 2).sample(500)));
    assertThatThrownBy(() -> plan.file(3 * FILES)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void whatComesNextIsFetchedBeforeItIsRead() {
    ReadPlan plan = plan(1);
    try (Prefetcher prefetcher = Prefetcher.start(dataSet, plan, PrefetchOptions.DEFAULT, 0)) {
      await().atMost(ONE_MINUTE).until(() -> isResident(plan, 100));
      prefetcher.reached(500);
      await().atMost(ONE_MINUTE).until(() -> isResident(plan, 700));
      prefetcher.reached(FILES);
    }
  }

  @Test
  void nothingIsFetchedBeyondTheBudgetWhileTheReaderPauses() {
    ReadPlan plan = plan(1);
    PrefetchOptions little =
        new PrefetchOptions(new DataSize(50L * BYTES), Duration.ofSeconds(2), 0.5);
    try (Prefetcher prefetcher = Prefetcher.start(dataSet, plan, little, 0)) {
      await().atMost(ONE_MINUTE).until(() -> isResident(plan, 49));
      await().during(Duration.ofMillis(500)).atMost(ONE_MINUTE).until(() -> fetched() == 50);
      prefetcher.reached(20);
      await().atMost(ONE_MINUTE).until(() -> fetched() == 70);
    }
  }

  @Test
  void aReaderThatJumpsAheadIsFollowed() {
    ReadPlan plan = plan(2);
    try (Prefetcher prefetcher = Prefetcher.start(dataSet, plan, PrefetchOptions.DEFAULT, 900)) {
      await().atMost(ONE_MINUTE).until(() -> isResident(plan, 1_100));
      prefetcher.reached(1_700);
      await().atMost(ONE_MINUTE).until(() -> isResident(plan, 1_800));
    }
  }

  @Test
  void filesThatAreGoneAreLeftToTheReader() throws IOException {
    ReadPlan plan = plan(1);
    oss.delete("bucket", plan.file(3).path());
    try (Prefetcher prefetcher = Prefetcher.start(dataSet, plan, PrefetchOptions.DEFAULT, 0)) {
      await().atMost(ONE_MINUTE).until(() -> isResident(plan, 100));
      prefetcher.reached(10);
      await().atMost(ONE_MINUTE).until(() -> isResident(plan, 250));
    }
    assertThat(isResident(plan, 3)).isFalse();
  }

  @Test
  void whatIsNotAsThePlanHasItIsNeverFetchedAndItsReaderIsTold() throws IOException {
    ReadPlan plan = plan(1);
    FileStatus changed = plan.file(3);
    oss.put("bucket", changed.path(), "another version".getBytes(UTF_8));
    try (Prefetcher prefetcher = Prefetcher.start(dataSet, plan, PrefetchOptions.DEFAULT, 0)) {
      await().atMost(ONE_MINUTE).until(() -> isResident(plan, 100));
      prefetcher.reached(10);
      await().atMost(ONE_MINUTE).until(() -> isResident(plan, 250));
    }
    assertThat(isResident(plan, 3)).isFalse();
    assertThatThrownBy(() -> dataSet.read(changed.path()))
        .isInstanceOf(StaleFileException.class)
        .hasMessageContaining(changed.path());
  }

  /** With a cache for half of the data. */
  private void openWithHalf() throws IOException {
    forebay.close();
    forebay =
        Forebay.builder()
            .embedded(directory.resolve("half"))
            .quotaBytes(FILES / 2 * 4096L)
            .option("fs.oss.endpoint", oss.endpoint())
            .option("fs.oss.accessKeyId", "id")
            .option("fs.oss.accessKeySecret", "secret")
            .open();
    dataSet = forebay.dataSet("oss://bucket");
  }

  private static void readAll(Prefetcher prefetcher, DataSet dataSet, ReadPlan plan)
      throws IOException {
    for (long position = 0; position < plan.size(); position++) {
      prefetcher.reached(position);
      dataSet.read(plan.file(position).path());
    }
  }

  @Test
  void aJobThatPausesDoesNotHoldUpOthersInASmallCache() throws IOException {
    openWithHalf();
    ReadPlan other = plan(1);
    try (Prefetcher prefetcher = Prefetcher.start(dataSet, other, PrefetchOptions.DEFAULT, 0)) {
      readAll(prefetcher, dataSet, other); // the cache is full
    }
    ReadPlan paused = ReadPlan.epochs(files, 1, epoch -> EpochOrder.shuffled(FILES, 2, epoch));
    ReadPlan plan = ReadPlan.epochs(files, 20, epoch -> EpochOrder.shuffled(FILES, 3, epoch));
    AtomicLong position = new AtomicLong();
    AtomicLong inTime = new AtomicLong();
    try (Prefetcher first = Prefetcher.start(dataSet, paused, PrefetchOptions.DEFAULT, 0)) {
      await().atMost(ONE_MINUTE).until(() -> isResident(paused, 0) && isResident(paused, 1));
      try (Prefetcher second = Prefetcher.start(dataSet, plan, PrefetchOptions.DEFAULT, 0)) {
        await()
            .atMost(ONE_MINUTE)
            .pollInterval(Duration.ofMillis(5))
            .until(
                () -> {
                  long next = position.getAndIncrement();
                  second.reached(next);
                  boolean resident = isResident(plan, next);
                  dataSet.read(plan.file(next).path());
                  return 50 == (resident ? inTime.incrementAndGet() : inTime.getAndSet(0));
                });
      }
      first.reached(1);
    }
  }

  @Test
  void aCacheForHalfOfTheDataIsNeverLessThanThat() throws IOException {
    openWithHalf();
    ReadPlan plan = plan(4);
    long before = 0;
    try (Prefetcher prefetcher = Prefetcher.start(dataSet, plan, PrefetchOptions.DEFAULT, 0)) {
      for (long position = 0; position < plan.size(); position++) {
        if (position == FILES) {
          before = fetched();
        }
        prefetcher.reached(position);
        dataSet.read(plan.file(position).path());
      }
    }
    // Half of each later epoch; what was prefetched for nobody at the very end counts, too.
    assertThat((double) (fetched() - before) / (3 * FILES)).isBetween(0.45, 0.62);
  }

  @Test
  void twoJobsOnDataThatFitsReadTheStoreOnce() throws Exception {
    ExecutorService jobs = Executors.newFixedThreadPool(2);
    try {
      List<Callable<Void>> trainings = new ArrayList<>();
      for (int seed = 0; seed < 2; seed++) {
        long own = seed;
        ReadPlan plan = ReadPlan.epochs(files, 2, epoch -> EpochOrder.shuffled(FILES, own, epoch));
        trainings.add(
            () -> {
              try (Prefetcher prefetcher =
                  Prefetcher.start(dataSet, plan, PrefetchOptions.DEFAULT, 0)) {
                readAll(prefetcher, dataSet, plan);
              }
              return null;
            });
      }
      for (Future<Void> training : jobs.invokeAll(trainings, 60, TimeUnit.SECONDS)) {
        training.get();
      }
    } finally {
      jobs.shutdownNow();
    }
    // An embedded cache asks a second time where an answer takes very long.
    assertThat(fetched()).isBetween((long) FILES, FILES + FILES / 100L);
  }

  @Test
  void afterItsEndTheCacheHasNoPlan() {
    ReadPlan plan = plan(1);
    Prefetcher prefetcher = Prefetcher.start(dataSet, plan, PrefetchOptions.DEFAULT, 0);
    await().atMost(ONE_MINUTE).until(() -> isResident(plan, 10));
    prefetcher.close();
    long before = fetched();
    prefetcher.reached(900);
    await().during(Duration.ofMillis(200)).atMost(ONE_MINUTE).until(() -> fetched() - before < 300);
  }
}
