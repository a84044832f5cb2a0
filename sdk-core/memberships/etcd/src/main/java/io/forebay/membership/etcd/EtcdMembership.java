package io.forebay.membership.etcd;

import io.etcd.jetcd.Watch;
import io.etcd.jetcd.watch.WatchResponse;
import io.forebay.membership.ChangingMembership;
import io.forebay.membership.Membership;
import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members that etcd has, and this process among them if it announced itself. One thread does
 * everything, in sessions: it watches, lists once the watch is there, so that nothing is missed
 * between the two, and then follows the watch and keeps its lease. When anything fails, also
 * because the watch's revision was compacted, it begins a new session. Thread-safe.
 *
 * <p>While etcd is away the members stay as they were. They also do when it has none at all: an
 * etcd that lost its data gets them back as soon as the servers have noticed.
 */
final class EtcdMembership implements Membership {

  private static final Logger log = LoggerFactory.getLogger(EtcdMembership.class);

  private static final Duration BETWEEN_SESSIONS = Duration.ofSeconds(1);

  /** The longest wait for the thread to have revoked the lease; otherwise the lease runs out. */
  private static final Duration CLOSING = Duration.ofSeconds(3);

  /** A lease survives one sign of life that is lost. */
  private static final int SIGNS_OF_LIFE = 3;

  /** Something that happened, for the thread. */
  @FunctionalInterface
  private interface Step {
    void run(EtcdSession session) throws IOException, InterruptedException;
  }

  private final EtcdSource source;
  private final EtcdMembers members;
  private final ChangingMembership shown;
  private final Registration registration = new Registration();
  private final Thread thread = new Thread(this::run, "forebay-members-etcd");

  /** Of the present session: what one before still has to say is not of interest. */
  private volatile BlockingQueue<Step> steps = new LinkedBlockingQueue<>();

  private volatile Optional<Member> self = Optional.empty();
  private volatile boolean closed;
  private boolean away;
  private boolean warned;

  private EtcdMembership(EtcdSource source, EtcdMembers members) {
    this.source = source;
    this.members = members;
    this.shown =
        new ChangingMembership(members.view(), () -> steps.add(this::list), () -> closed = true);
    thread.setDaemon(true);
  }

  /**
   * @throws IOException when etcd does not answer
   */
  static Membership open(EtcdSource source) throws IOException {
    EtcdMembers members = new EtcdMembers(source.prefix());
    try (EtcdSession session = EtcdSession.open(source)) {
      members.list(session.list());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + source + " was asked for the members", e);
    }
    EtcdMembership membership = new EtcdMembership(source, members);
    membership.thread.start();
    return membership;
  }

  private void run() {
    try {
      while (!closed) {
        try (EtcdSession session = EtcdSession.open(source)) {
          run(session);
        } catch (IOException e) { // a file of the source's
          failed(e);
          pause();
        }
      }
    } catch (InterruptedException e) {
      log.debug("closed while {} is away", source);
    }
  }

  private void run(EtcdSession session) throws IOException, InterruptedException {
    try {
      follow(session);
    } catch (InterruptedException e) { // by close()
      registration.end(session);
    } catch (IOException | RuntimeException e) {
      failed(e);
      session.unwatch();
      pause(); // before the session is closed: the library is still at handling the failure
    }
  }

  private static void pause() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(BETWEEN_SESSIONS.toMillis());
  }

  private void failed(Exception e) {
    if (!away) {
      away = true;
      log.warn("the members stay as they are until etcd is back: {}", e.getMessage());
    }
    log.debug("a session with {} ended", source, e);
  }

  private void follow(EtcdSession session) throws IOException, InterruptedException {
    BlockingQueue<Step> own = new LinkedBlockingQueue<>();
    steps = own;
    session.watch(new Listener(own));
    long interval = source.ttl().dividedBy(SIGNS_OF_LIFE).toNanos();
    long due = System.nanoTime();
    while (!closed) {
      Step step = own.poll(Math.max(0, due - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (step != null) {
        step.run(session);
      } else {
        due = System.nanoTime() + interval;
        keepLease(session);
      }
    }
    throw new InterruptedException();
  }

  private void keepLease(EtcdSession session) throws IOException, InterruptedException {
    if (self.isPresent()) {
      registration.keep(session, self.get(), members.has(self.get().name()));
    }
  }

  private void list(EtcdSession session) throws IOException, InterruptedException {
    members.list(session.list());
    if (away) {
      away = false;
      log.info("{} is back", source);
    }
    show();
  }

  private void show() {
    View view = members.view();
    if (!view.members().isEmpty()) {
      shown.change(view);
    }
    self.ifPresent(
        own ->
            view.members().stream()
                .filter(m -> m.name().equals(own.name()) && !m.address().equals(own.address()))
                .forEach(this::warnOfNamesake));
  }

  /** Of two servers with one name the others know only one. */
  private void warnOfNamesake(Member other) {
    if (!warned) {
      warned = true;
      log.warn(
          "another server at {} has announced itself as '{}', too; give each server a name of its"
              + " own",
          other.address(),
          other.name());
    }
  }

  /** Hands on to the thread what the client library's threads say. */
  private final class Listener implements Watch.Listener {

    private final BlockingQueue<Step> steps;

    Listener(BlockingQueue<Step> steps) {
      this.steps = steps;
    }

    @Override
    public void onNext(WatchResponse response) {
      steps.add(
          response.isCreatedNotify()
              ? EtcdMembership.this::list
              : session -> {
                members.apply(response);
                show();
              });
    }

    @Override
    public void onError(Throwable error) {
      steps.add(
          session -> {
            throw session.failure(error);
          });
    }

    @Override
    public void onCompleted() {
      onError(new IOException("the watch has ended"));
    }
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
  public void announce(Member member) {
    self = Optional.of(member);
    steps.add(this::keepLease);
  }

  @Override
  public void refresh() {
    shown.refresh();
  }

  @Override
  public void close() {
    shown.close();
    thread.interrupt();
    try {
      thread.join(CLOSING.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
