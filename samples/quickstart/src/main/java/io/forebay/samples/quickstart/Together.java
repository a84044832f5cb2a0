package io.forebay.samples.quickstart;

import io.forebay.samples.oss.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several trainings of the same images at once, as one: their epochs begin together. */
final class Together implements Training {

  private final List<? extends Training> trainings;
  private final Traffic traffic;
  private final ExecutorService threads;

  Together(List<? extends Training> trainings, Traffic traffic) {
    this.trainings = trainings;
    this.traffic = traffic;
    this.threads = Executors.newFixedThreadPool(trainings.size());
  }

  /** Images and requests are those of all, waiting and loss their mean. */
  @Override
  public EpochResult next() throws Exception {
    Traffic.Counts before = traffic.counts();
    long start = System.nanoTime();
    List<Future<EpochResult>> running = new ArrayList<>();
    for (Training each : trainings) {
      running.add(threads.submit(each::next));
    }
    List<EpochResult> results = new ArrayList<>();
    for (Future<EpochResult> each : running) {
      results.add(each.get());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Traffic.Counts reached = traffic.counts().since(before);
    return new EpochResult(
        results.get(0).source(),
        results.get(0).epoch(),
        results.stream().mapToInt(EpochResult::images).sum(),
        seconds,
        seconds * results.stream().mapToDouble(EpochResult::waitingShare).average().orElse(0),
        reached.of("GET"),
        reached.objectBytes(),
        (float) results.stream().mapToDouble(EpochResult::loss).average().orElse(0));
  }

  @Override
  public void close() {
    trainings.forEach(Training::close);
    threads.shutdownNow();
  }
}
