package io.forebay.server.apply;

import io.forebay.node.Binding;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeDataSet;
import io.forebay.spec.Mount;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Asks the under-stores of a node's data sets whether they answer: at the start, when a data set is
 * applied, and again with back-off. Each question has a thread of its own and a bound on its time,
 * so that a store that is silent holds up no other. Thread-safe.
 */
public final class SourceChecks implements AutoCloseable {

  /** Longer than the time-outs of a connection and of its first byte together. */
  private static final Duration LONGEST = Duration.ofSeconds(15);

  private final CacheNode node;
  private final Duration longest;
  private final Set<NodeDataSet> asked = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("forebay-checks").factory());

  public SourceChecks(CacheNode node) {
    this(node, LONGEST);
  }

  /**
   * @param longest that a question may take
   */
  public SourceChecks(CacheNode node, Duration longest) {
    this.node = node;
    this.longest = longest;
  }

  /** From now on each data set is asked whenever it is due. */
  public void start() {
    clock.scheduleWithFixedDelay(
        node.background().guarded("checking the under-stores", this::askThoseDue),
        0,
        1,
        TimeUnit.SECONDS);
  }

  private void askThoseDue() {
    for (NodeDataSet each : node.dataSets()) {
      if (each.isCheckDue() && asked.add(each)) {
        threads.execute(
            () -> {
              try {
                check(each);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the server ends
              } finally {
                asked.remove(each);
              }
            });
      }
    }
  }

  /** Asks now, and waits for the answer. */
  public Binding check(NodeDataSet dataSet) throws InterruptedException {
    return dataSet.check(question -> ask(dataSet, question));
  }

  private List<URI> ask(NodeDataSet dataSet, Callable<List<URI>> question)
      throws IOException, InterruptedException {
    Future<List<URI>> answer;
    try {
      answer = threads.submit(question);
    } catch (RejectedExecutionException e) {
      throw new IOException("the server is stopping", e);
    }
    try {
      return answer.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          roots(dataSet)
              + " has not answered for "
              + longest.toMillis() / 1000.0
              + " s; check that it is up and that this node can reach it",
          e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure
          ? failure
          : new IOException(e.getCause().toString(), e);
    } finally {
      answer.cancel(true);
    }
  }

  private static String roots(NodeDataSet dataSet) {
    return dataSet.spec().mounts().stream()
        .map(Mount::root)
        .map(URI::toString)
        .collect(Collectors.joining(" or "));
  }

  @Override
  public void close() {
    clock.shutdownNow();
    threads.shutdownNow();
  }
}
