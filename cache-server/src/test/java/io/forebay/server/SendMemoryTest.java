package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Who gets the memory of answers. */
class SendMemoryTest {

  private static final long CAPACITY = 64 << 20;
  private static final long FRAME = 256 << 10;

  private static long takeAll(SendMemory.Share share) {
    long all = 0;
    for (long taken = share.tryTake(FRAME); taken >= 0; taken = share.tryTake(FRAME)) {
      share.sent(taken);
      all += taken;
    }
    return all;
  }

  @Test
  void clientsThatTakeNothingLeaveMemoryForTheNext() {
    SendMemory memory = new SendMemory(CAPACITY);
    for (int i = 0; i < 50; i++) {
      assertThat(takeAll(memory.share())).as("client %d", i).isPositive();
    }
    assertThat(memory.taken()).isLessThanOrEqualTo(CAPACITY);
  }

  @Test
  void oneClientHasItsBoundAndNoMore() {
    SendMemory memory = new SendMemory(CAPACITY);
    assertThat(memory.ofOne()).isEqualTo(CAPACITY / 16);
    assertThat(takeAll(memory.share())).isBetween(memory.ofOne() - 2 * FRAME, memory.ofOne());
    assertThat(new SendMemory(1L << 40).ofOne()).isEqualTo(SendMemory.MOST_OF_ONE_BYTES);
  }

  @Test
  void whoWaitsGoesOnWhenTheClientTakesSomething() throws Exception {
    SendMemory memory = new SendMemory(CAPACITY);
    SendMemory.Share share = memory.share();
    takeAll(share);
    CompletableFuture<Long> waiting = waiting(share);
    share.received(FRAME);
    assertThat(waiting).succeedsWithin(Duration.ofSeconds(60)).isEqualTo(FRAME);
  }

  @Test
  void whoWaitsGoesOnWhenAnotherClientTakesSomething() throws Exception {
    SendMemory memory = new SendMemory(16 * FRAME); // one frame for each of 16
    List<SendMemory.Share> others = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      others.add(memory.share());
      takeAll(others.get(i));
    }
    CompletableFuture<Long> waiting = waiting(memory.share());
    others.get(7).received(FRAME);
    assertThat(waiting).succeedsWithin(Duration.ofSeconds(60)).isEqualTo(FRAME);
  }

  @Test
  void whoWaitsForAConnectionThatIsClosedGivesUp() throws Exception {
    SendMemory.Share share = new SendMemory(CAPACITY).share();
    takeAll(share);
    CompletableFuture<Long> waiting = waiting(share);
    share.close();
    assertThat(waiting).succeedsWithin(Duration.ofSeconds(60)).isEqualTo(-1L);
  }

  private static CompletableFuture<Long> waiting(SendMemory.Share share) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return share.take(FRAME);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }
}
