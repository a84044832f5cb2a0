package io.forebay.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LimitTest {

  @Test
  void aPaceIsKeptOnAverage() {
    RateLimit pace = new RateLimit(1_000_000);
    // A tenth of a second is there at first, then each byte takes its time.
    assertThat(pace.reserve(50_000, 0)).isNegative();
    assertThat(pace.reserve(1_000_000, 0)).isBetween(900_000_000L, 1_000_000_000L);
    assertThat(pace.reserve(500_000, 0)).isBetween(1_400_000_000L, 1_500_000_000L);
    assertThat(new RateLimit(0).reserve(Long.MAX_VALUE / 2, 0)).isZero();
  }

  @Test
  void aMemoryBudgetIsGivenBack() throws IOException {
    MemoryBudget budget = new MemoryBudget(100, 64);
    MemoryBudget.Share share = budget.share();
    byte[] first = share.take(60);
    CompletableFuture<byte[]> second =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return share.take(60);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(second).isNotDone();
    share.release(first);
    assertThat(second).succeedsWithin(Duration.ofSeconds(10));
    assertThat(budget.taken()).isEqualTo(60);
  }

  @Test
  void memoryOfAWholeBlockIsUsedAgainAndNeverByTwo() throws IOException {
    MemoryBudget budget = new MemoryBudget(1000, 64);
    MemoryBudget.Share share = budget.share();
    byte[] first = share.take(64);
    byte[] second = share.take(64);
    assertThat(second).isNotSameAs(first);
    share.release(first);
    assertThat(share.take(64)).isSameAs(first);
    assertThat(share.take(64)).isNotSameAs(first).isNotSameAs(second);
    assertThat(share.take(60)).hasSize(60);
    assertThat(budget.taken()).isEqualTo(3 * 64 + 60);
  }

  @Test
  void aShareThatTakesAllItCanLeavesSomethingForAnother() throws IOException {
    MemoryBudget budget = new MemoryBudget(100, 64);
    MemoryBudget.Share greedy = budget.share();
    MemoryBudget.Share modest = budget.share();
    for (int i = 0; i < 7; i++) {
      greedy.take(10);
    }
    CompletableFuture<byte[]> eighth =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return greedy.take(10);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    byte[] first = modest.take(10);
    assertThat(eighth).isNotDone();
    modest.release(first);
    greedy.release(new byte[10]);
    assertThat(eighth).succeedsWithin(Duration.ofSeconds(60));
  }
}
