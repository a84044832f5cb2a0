package io.forebay.store.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.plan.Plans;
import io.forebay.spec.Retain;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetentionTest {

  private static final int FILES = 3_000;
  private static final long PAGE = 4096;

  private final Random random = new Random(5);
  private final long[] keys = random.longs(FILES).toArray();
  private final Retention detecting = Retention.of(Retain.AUTO, FILES * PAGE, new Plans());

  /** Jobs that began at different times, each with a new order in each epoch. */
  private void epochs(int jobs, int epochs) {
    int[][] orders = new int[jobs][];
    int[] at = new int[jobs];
    for (int job = 0; job < jobs; job++) {
      orders[job] = order();
      at[job] = random.nextInt(FILES);
    }
    for (int i = 0; i < jobs * epochs * FILES; i++) {
      int job = i % jobs;
      if (at[job] == FILES) {
        orders[job] = order();
        at[job] = 0;
      }
      detecting.onRead(keys[orders[job][at[job]++]], 0);
      assertThat(detecting.evictsOwnFiles()).as("after %d reads of %d jobs", i, jobs).isFalse();
    }
  }

  private int[] order() {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      order.add(i);
    }
    java.util.Collections.shuffle(order, random);
    return order.stream().mapToInt(Integer::intValue).toArray();
  }

  private void popular(int reads) {
    for (int i = 0; i < reads; i++) {
      detecting.onRead(keys[(int) (Math.pow(random.nextDouble(), 4) * FILES)], 0);
    }
  }

  @Test
  void epochsOfOneOrManyJobsAreNeverTakenForOtherAccess() {
    epochs(1, 6);
    epochs(2, 4);
    epochs(4, 3);
    epochs(8, 2);
  }

  @Test
  void popularFilesAreNoticedAndEpochsComeBack() {
    popular(10_000);
    assertThat(detecting.name()).isEqualTo("frequency");
    for (int epoch = 0; epoch < 8; epoch++) {
      for (int file : order()) {
        detecting.onRead(keys[file], 0);
      }
    }
    assertThat(detecting.name()).isEqualTo("keep");
  }

  @Test
  void aWorkingSetThatMovesOnIsNoticed() {
    for (int i = 0; i < 40_000; i++) {
      int point = i / 20;
      detecting.onRead(keys[Math.floorMod(point - random.nextInt(30), FILES)], 0);
    }
    assertThat(detecting.evictsOwnFiles()).isTrue();
  }

  @Test
  void whatIsReadOftenStaysAndWhatWasNeverReadGoesFirst() {
    Retention frequency = Retention.of(Retain.FREQUENCY, 1_000 * PAGE, new Plans());
    for (int i = 0; i < 900; i++) {
      frequency.onResident(keys[i], PAGE);
    }
    for (int pass = 0; pass < 5; pass++) {
      for (int i = 0; i < 100; i++) {
        frequency.onRead(keys[i], PAGE);
      }
    }
    List<Long> victims = new ArrayList<>();
    // A hundred files are there that it never heard of; they count first.
    frequency.chooseVictims(200 * PAGE, 1_000 * PAGE, held -> {}, victims::add);
    assertThat(victims).hasSizeBetween(100, 102);
    for (int i = 0; i < 100; i++) {
      assertThat(victims).doesNotContain(keys[i]);
    }
  }

  @Test
  void aCondemnedFileThatIsReadAgainStays() {
    Retention frequency = Retention.of(Retain.FREQUENCY, 100 * PAGE, new Plans());
    for (int i = 0; i < 200; i++) {
      frequency.onResident(keys[i], PAGE);
    }
    for (int i = 0; i < 200; i++) {
      frequency.onRead(keys[i], PAGE);
    }
    long last = keys[199];
    List<Long> victims = new ArrayList<>();
    frequency.chooseVictims(20 * PAGE, 200 * PAGE, held -> {}, victims::add);
    assertThat(victims).hasSizeBetween(20, 22).doesNotContain(last);
  }
}
