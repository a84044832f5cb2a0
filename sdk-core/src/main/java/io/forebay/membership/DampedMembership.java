package io.forebay.membership;

import io.forebay.background.DaemonThreads;
import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A membership without the members that flap, as {@link Damping} finds them. Thread-safe. */
public final class DampedMembership implements Membership {

  private static final Logger log = LoggerFactory.getLogger(DampedMembership.class);

  /** Has something done after a while. */
  @FunctionalInterface
  public interface Timer {
    void after(Duration delay, Runnable task);
  }

  private final Membership source;
  private final InstantSource clock;
  private final Timer timer;
  private final Damping damping = new Damping();
  private final ChangingMembership damped;
  private View latest;

  private DampedMembership(
      Membership source, InstantSource clock, Timer timer, Runnable stopTimer) {
    this.source = source;
    this.clock = clock;
    this.timer = timer;
    this.latest = source.view();
    this.damped =
        new ChangingMembership(damping.damp(latest, clock.instant()), source::refresh, stopTimer);
    source.follow(this::follow);
  }

  /** On the system's clock. */
  static Membership around(Membership source) {
    ScheduledExecutorService timer = // has a thread from the first task on
        Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("forebay-members-steady"));
    return new DampedMembership(
        source,
        InstantSource.system(),
        (delay, task) -> timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS),
        timer::shutdownNow);
  }

  /** On a clock of the caller's, such as a simulator's. */
  public static Membership around(Membership source, InstantSource clock, Timer timer) {
    return new DampedMembership(source, clock, timer, () -> {});
  }

  private synchronized void follow(View view) {
    latest = view;
    update();
  }

  private synchronized void update() {
    Instant now = clock.instant();
    View view = damping.damp(latest, now);
    if (damped.change(view)) {
      log.info("the cluster has {} members (view {})", view.members().size(), view.id());
    }
    damping.nextReturn().ifPresent(next -> timer.after(Duration.between(now, next), this::update));
  }

  @Override
  public View view() {
    return damped.view();
  }

  @Override
  public void follow(Consumer<View> listener) {
    damped.follow(listener);
  }

  @Override
  public void announce(Member self) {
    source.announce(self);
  }

  @Override
  public void refresh() {
    source.refresh();
  }

  @Override
  public void close() {
    source.close();
    damped.close();
  }
}
