package io.forebay.kubernetes.fluid;

import io.forebay.background.DaemonThreads;
import io.forebay.config.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code runtime.json}, which the kubelet exchanges as a whole, by a symbolic link. */
record RuntimeFile(Path path) {

  private static final Logger log = LoggerFactory.getLogger(RuntimeFile.class);

  /** Between two looks; the kubelet itself needs up to a minute. */
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /**
   * What was read.
   *
   * @param text of the file, to tell whether it has changed
   */
  record Content(String text, RuntimeConfig config) {

    /** Without the text: options may be secrets. */
    @Override
    public String toString() {
      return "a runtime's configuration";
    }
  }

  /** Uses what has changed. */
  @FunctionalInterface
  interface Follower {
    void changed(RuntimeConfig config) throws IOException;
  }

  Content read() throws IOException {
    String text = TextFile.read(path);
    return new Content(text, RuntimeConfig.parse(path, text));
  }

  /**
   * Looks at the file every second. A change that cannot be used is logged once and changes
   * nothing; one that fails is tried again.
   *
   * @param known what is in use
   * @return ends it
   */
  AutoCloseable follow(Content known, Follower follower) {
    return follow(known, follower, INTERVAL);
  }

  AutoCloseable follow(Content known, Follower follower, Duration interval) {
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("forebay-runtime"));
    clock.scheduleWithFixedDelay(
        new Look(path, follower, known.text()),
        interval.toMillis(),
        interval.toMillis(),
        TimeUnit.MILLISECONDS);
    return clock::shutdownNow;
  }

  /** Used by one thread. */
  private static final class Look implements Runnable {

    private final Path path;
    private final Follower follower;
    private String used;
    private String trouble = "";

    Look(Path path, Follower follower, String used) {
      this.path = path;
      this.follower = follower;
      this.used = used;
    }

    @Override
    public void run() {
      try {
        String text = TextFile.read(path);
        if (!text.equals(used)) {
          follower.changed(RuntimeConfig.parse(path, text));
          used = text;
        }
        trouble = "";
      } catch (IOException | RuntimeException e) {
        String reason = String.valueOf(e.getMessage());
        if (!reason.equals(trouble)) {
          log.warn("the data set stays as it is: {}", reason);
          trouble = reason;
        }
      }
    }
  }
}
