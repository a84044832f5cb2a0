package io.forebay.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoaderArraysTest {

  private final ExecutorService loaders = Executors.newFixedThreadPool(2);

  @AfterEach
  void stop() {
    loaders.shutdownNow();
  }

  @Test
  void aClosedManagerWaitsForLoadersWithItsArrays() throws Exception {
    NDManager trainers = NDManager.newBaseManager();
    LoaderArrays arrays = new LoaderArrays(trainers, loaders);
    CountDownLatch made = new CountDownLatch(1);
    CountDownLatch closing = new CountDownLatch(1);
    Future<Float> sum =
        arrays.submit(
            () -> {
              NDArray array = arrays.manager().create(new float[] {1, 2, 3});
              made.countDown();
              assertThat(closing.await(1, TimeUnit.MINUTES)).isTrue();
              return array.sum().getFloat();
            });
    assertThat(made.await(1, TimeUnit.MINUTES)).isTrue();

    Thread closer = new Thread(trainers::close);
    closer.start();
    long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (closer.getState() != Thread.State.WAITING) {
      assertThat(System.nanoTime()).as("the closing thread waits").isLessThan(deadline);
      Thread.onSpinWait();
    }
    closing.countDown();
    assertThat(sum.get(1, TimeUnit.MINUTES)).isEqualTo(6);
    closer.join(Duration.ofMinutes(1).toMillis());
    assertThat(arrays.manager().isOpen()).isFalse();

    Future<NDArray> late = arrays.submit(() -> arrays.manager().newSubManager().create(1));
    assertThatThrownBy(() -> late.get(1, TimeUnit.MINUTES))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void whatIsStillOpenAtTheEndOfAnEpochIsTheTrainers() {
    try (NDManager trainers = NDManager.newBaseManager()) {
      LoaderArrays used = new LoaderArrays(trainers, loaders);
      NDArray array = used.manager().create(1);
      used.closeIfUnused();
      assertThat(array.getInt()).isEqualTo(1);
      array.close();
      used.closeIfUnused();
      assertThat(used.manager().isOpen()).isFalse();

      LoaderArrays left = new LoaderArrays(trainers, loaders);
      NDArray open = left.manager().create(1);
      trainers.close();
      assertThat(left.manager().isOpen()).isFalse();
      assertThatThrownBy(open::getInt).isInstanceOf(IllegalStateException.class);
    }
  }
}
