package io.forebay.kubernetes.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Processes that seek one lease of a real API server. */
@ExtendWith(ClusterExtension.class)
class LeadershipTest {

  private static final Leadership.Terms QUICK =
      new Leadership.Terms(Duration.ofSeconds(5), Duration.ofSeconds(4), Duration.ofMillis(500));

  private Cluster cluster;
  private String namespace;

  @BeforeEach
  void prepare(Cluster given) {
    cluster = given;
    namespace = cluster.namespace();
  }

  /** At work, and how often it has begun. */
  private static final class Worker {

    final AtomicInteger atWork = new AtomicInteger();
    final AtomicInteger begun = new AtomicInteger();

    Leadership.Work begin() {
      atWork.incrementAndGet();
      begun.incrementAndGet();
      return atWork::decrementAndGet;
    }
  }

  private Leadership seek(String id, Worker worker) {
    return Leadership.seek(cluster.client(), namespace, "work", id, QUICK, worker::begin);
  }

  @Test
  void oneWorksAndTheNextBeginsAtOnceWhenItEnds() {
    Worker first = new Worker();
    Worker second = new Worker();
    try (Leadership one = seek("one", first)) {
      await().atMost(ONE_MINUTE).until(() -> first.atWork.get() == 1);
      try (Leadership other = seek("other", second)) {
        one.close();
        assertThat(first.atWork).hasValue(0);
        await().atMost(ONE_MINUTE).until(() -> second.atWork.get() == 1);
      }
    }
    assertThat(second.atWork).hasValue(0);
    assertThat(first.begun).hasValue(1);
  }

  @Test
  void aLeaseThatSomebodyElseTookIsSoughtAgain() {
    Worker worker = new Worker();
    try (Leadership one = seek("one", worker)) {
      await().atMost(ONE_MINUTE).until(() -> worker.atWork.get() == 1);
      cluster
          .client()
          .leases()
          .inNamespace(namespace)
          .withName("work")
          .edit(
              lease -> {
                lease.getSpec().setHolderIdentity("thief");
                return lease;
              });
      await().atMost(ONE_MINUTE).until(() -> worker.begun.get() == 2 && worker.atWork.get() == 1);
    }
  }
}
