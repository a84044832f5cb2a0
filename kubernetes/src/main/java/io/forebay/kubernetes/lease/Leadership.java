package io.forebay.kubernetes.lease;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that one of several processes does: the one that holds a Lease. A process that loses it, as
 * when it does not reach the API server for a while, ends the work, and seeks the lease again.
 * Thread-safe.
 */
public final class Leadership implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Leadership.class);

  /** What is done while the lease is held. */
  @FunctionalInterface
  public interface Work extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * How soon another one takes over, and how often each process asks.
   *
   * @param lease how long a lease holds that is not renewed
   * @param renew how long the holder tries to renew it before it ends its work
   * @param retry between two attempts; less than half of {@code renew}
   */
  public record Terms(Duration lease, Duration renew, Duration retry) {

    public static final Terms PROMPT =
        new Terms(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));

    /** For a process on each node of a large cluster. */
    public static final Terms CALM =
        new Terms(Duration.ofMinutes(3), Duration.ofMinutes(2), Duration.ofSeconds(45));
  }

  private final KubernetesClient client;
  private final LeaseLock lock;
  private final String name;
  private final Terms terms;
  private final Supplier<Work> work;
  private final AtomicReference<Work> working = new AtomicReference<>();
  private CompletableFuture<?> election; // guarded by this, like the next
  private boolean closed;

  private Leadership(
      KubernetesClient client, LeaseLock lock, String name, Terms terms, Supplier<Work> work) {
    this.client = client;
    this.lock = lock;
    this.name = name;
    this.terms = terms;
    this.work = work;
  }

  /**
   * Seeks the lease, and does not wait for it.
   *
   * @param client stays open as long as this
   * @param name of the lease
   * @param id tells this process from the others
   * @param work begins what is to be done
   */
  public static Leadership seek(
      KubernetesClient client,
      String namespace,
      String name,
      String id,
      Terms terms,
      Supplier<Work> work) {
    Leadership leadership =
        new Leadership(client, new LeaseLock(namespace, name, id), name, terms, work);
    leadership.seek();
    return leadership;
  }

  private synchronized void seek() {
    if (closed) {
      return;
    }
    election =
        client
            .leaderElector()
            .withConfig(
                new LeaderElectionConfigBuilder()
                    .withName(name)
                    .withLock(lock)
                    .withLeaseDuration(terms.lease())
                    .withRenewDeadline(terms.renew())
                    .withRetryPeriod(terms.retry())
                    .withReleaseOnCancel(true)
                    .withLeaderCallbacks(
                        new LeaderCallbacks(
                            () -> working.set(work.get()), this::endWork, leader -> {}))
                    .build())
            .build()
            .start();
    election.whenComplete((ended, failure) -> seekAgain(failure));
  }

  private synchronized void seekAgain(Throwable failure) {
    endWork();
    if (closed) {
      return;
    }
    log.warn("the lease '{}' is lost; seeking it again", name);
    log.debug("the election ended", failure);
    CompletableFuture.delayedExecutor(terms.retry().toMillis(), TimeUnit.MILLISECONDS)
        .execute(this::seek);
  }

  private void endWork() {
    Work ended = working.getAndSet(null);
    if (ended != null) {
      ended.close();
    }
  }

  /** Ends the work, and lets another process begin at once. */
  @Override
  public void close() {
    CompletableFuture<?> last;
    synchronized (this) {
      closed = true;
      last = election;
    }
    last.cancel(true);
    endWork();
  }
}
