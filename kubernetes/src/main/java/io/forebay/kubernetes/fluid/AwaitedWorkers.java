package io.forebay.kubernetes.fluid;

import io.forebay.Forebay;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the workers: without them a mount would show nothing, and a load would fail. */
final class AwaitedWorkers {

  private static final Logger log = LoggerFactory.getLogger(AwaitedWorkers.class);

  private AwaitedWorkers() {}

  /**
   * Returns when a worker has listed the data set.
   *
   * @param members a source of members
   * @throws IOException why they do not answer, after the longest wait
   */
  static void await(String dataSet, String members, Duration longest)
      throws IOException, InterruptedException {
    long started = System.nanoTime();
    String trouble = "";
    while (true) {
      try (Forebay forebay = Forebay.builder().servers(members).open()) {
        list(forebay, dataSet);
        return;
      } catch (IOException e) {
        if (System.nanoTime() - started > longest.toNanos()) {
          throw e;
        }
        String reason = String.valueOf(e.getMessage());
        if (!reason.equals(trouble)) {
          log.info("waiting for the workers of data set '{}': {}", dataSet, reason);
          trouble = reason;
        }
      }
      TimeUnit.SECONDS.sleep(1);
    }
  }

  /** A name that no server knows is taken for a root, which it is not. */
  private static void list(Forebay forebay, String dataSet) throws IOException {
    try {
      forebay.dataSet(dataSet).list("");
    } catch (IllegalArgumentException e) {
      throw new IOException("no worker serves it yet", e);
    }
  }
}
