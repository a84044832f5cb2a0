package io.forebay.membership;

import io.forebay.background.BackgroundTasks;
import io.forebay.background.DaemonThreads;
import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A server's membership whose source cannot be reached yet. Until it can be, the server is the only
 * member. Thread-safe.
 */
final class LateMembership implements Membership {

  /** Opens the source. */
  @FunctionalInterface
  interface Source {
    Membership open() throws IOException;
  }

  private final Source source;
  private final BackgroundTasks tasks = new BackgroundTasks();
  private final ScheduledExecutorService attempts =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("forebay-members-late"));
  private final ChangingMembership shown =
      new ChangingMembership(new View(List.of()), this::refresh, attempts::shutdownNow);
  private Optional<Member> self = Optional.empty();
  private Optional<Membership> opened = Optional.empty();
  private boolean closed;

  LateMembership(Source source, Duration interval) {
    this.source = source;
    attempts.scheduleWithFixedDelay(
        tasks.guarded("finding the members", this::open),
        interval.toMillis(),
        interval.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private void open() throws IOException {
    Membership membership = source.open();
    synchronized (this) {
      if (closed) {
        membership.close();
        return;
      }
      opened = Optional.of(membership);
      self.ifPresent(membership::announce);
    }
    membership.follow(shown::change);
    attempts.shutdown();
  }

  @Override
  public View view() {
    return shown.view();
  }

  @Override
  public void follow(Consumer<View> listener) {
    shown.follow(listener);
  }

  @Override
  public synchronized void announce(Member member) {
    self = Optional.of(member);
    opened.ifPresentOrElse(
        membership -> membership.announce(member), () -> shown.change(new View(List.of(member))));
  }

  @Override
  public synchronized void refresh() {
    opened.ifPresent(Membership::refresh);
  }

  @Override
  public void close() {
    shown.close();
    synchronized (this) {
      closed = true;
      opened.ifPresent(Membership::close);
    }
  }
}
