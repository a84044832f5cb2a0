package io.forebay.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A fixed number of threads that do one thing together. */
final class Threads implements AutoCloseable {

  private final int count;
  private final ExecutorService executor;

  Threads(int count) {
    this.count = count;
    this.executor = Executors.newFixedThreadPool(count);
  }

  /** Work of one of the threads. */
  interface Work {
    void run(int thread) throws Exception;
  }

  /** Runs the work in every thread, and returns when all are through. */
  void together(Work work) throws Exception {
    List<Future<Void>> running = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int thread = i;
      running.add(
          executor.submit(
              (Callable<Void>)
                  () -> {
                    work.run(thread);
                    return null;
                  }));
    }
    for (Future<Void> each : running) {
      each.get();
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
