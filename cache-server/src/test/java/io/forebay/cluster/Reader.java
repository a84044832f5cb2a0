package io.forebay.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import io.forebay.server.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A {@link ReaderMain} on a host of its own. */
final class Reader implements AutoCloseable {

  private final SampleFiles files;
  private final Conversation process;

  /**
   * @param members the file that names the servers
   */
  Reader(Host host, Path members, Host store, SampleFiles files, Duration patience)
      throws IOException {
    this.files = files;
    process =
        new Conversation(
            host.on(
                Command.java(
                    ReaderMain.class,
                    members.toUri().toString(),
                    store.address(),
                    String.valueOf(files.count()),
                    String.valueOf(patience.toMillis()))));
  }

  /** What happened since {@link #reset}. */
  Report report() throws IOException {
    return Report.parse(process.ask("report"));
  }

  void reset() throws IOException {
    process.ask("reset");
  }

  /** Waits until so many reads more have ended, well or not. */
  void awaitReads(long more) throws IOException {
    Report before = report();
    await()
        .atMost(TWO_MINUTES)
        .until(
            () -> {
              return report().ended() >= before.ended() + more;
            });
  }

  /** Lets it read for so long, and at least once with each thread. */
  void read(Duration time) throws IOException {
    Report before = report();
    await()
        .pollDelay(time)
        .atMost(TWO_MINUTES.plus(time))
        .until(() -> report().ended() >= before.ended() + ReaderMain.THREADS);
  }

  /** Waits until servers answer all reads of at least one whole epoch. */
  void awaitServed() {
    await()
        .atMost(TWO_MINUTES)
        .until(
            () -> {
              Report before = report();
              awaitEpoch();
              return report().underStoreReads() == before.underStoreReads();
            });
  }

  /** Waits until each file was read since this was called. */
  void awaitEpoch() throws IOException {
    awaitReads(2L * files.count() + ReaderMain.THREADS);
  }

  /** Goes on with a client that knows of no failures. */
  void reopen() throws IOException {
    process.ask("reopen");
  }

  /** The owner of each file, in this reader's view. */
  List<String> owners() throws IOException {
    return List.of(process.ask("owners").split(" ", -1));
  }

  /** Each read since {@link #reset} returned the right bytes, in time. */
  Report requireUnharmed(Duration longest) throws IOException {
    Report report = report();
    assertThat(report.error()).isEmpty();
    assertThat(report.wrong()).isZero();
    assertThat(report.failed()).isZero();
    assertThat(Duration.ofMillis(report.longestMillis())).isLessThan(longest);
    return report;
  }

  @Override
  public void close() {
    process.close();
  }
}
