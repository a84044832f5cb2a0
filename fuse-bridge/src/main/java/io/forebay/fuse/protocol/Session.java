package io.forebay.fuse.protocol;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests from the kernel and has them answered, until the mount is gone. Thread-safe.
 *
 * <p>One thread leads: it takes the requests and answers at once what it can. Before one that may
 * have to wait it passes the lead on, to a thread that is done or to a new one, up to a bound. So
 * requests that come quickly find a thread that is awake; waking another one for each takes longer
 * than most answers. Where as many threads ask as there are processors it takes none from them, but
 * finds more requests when its turn comes.
 */
public final class Session {

  private static final Logger log = LoggerFactory.getLogger(Session.class);

  private static final int MOST_THREADS = 64;
  private static final long DRAIN_MILLIS = 5;

  /** What the kernel wants to be able to write: a page more than the largest request. */
  private static final int REQUEST_BYTES = Capabilities.MAX_BYTES + 4096;

  private final Device device;
  private final RequestCounts counts;
  private final Handler handler;
  private final Set<RequestInProgress> inProgress = ConcurrentHashMap.newKeySet();
  private final AtomicInteger threads = new AtomicInteger();

  /** Threads that passed the lead on and are not done. */
  private final AtomicInteger waiting = new AtomicInteger();

  /** Held by the one who leads. */
  private final Semaphore lead = new Semaphore(1);

  private final CountDownLatch over = new CountDownLatch(1);
  private final RequestPoll watch = new RequestPoll();

  /** What the kernel sends from now on is the next process's. */
  private volatile boolean draining;

  private Session(Device device, RequestCounts counts, Handler handler) {
    this.device = device;
    this.counts = counts;
    this.handler = handler;
  }

  /** Makes a file system's handler out of what was agreed on. */
  @FunctionalInterface
  public interface HandlerFactory {
    Handler create(Capabilities capabilities);
  }

  /**
   * Answers the kernel's INIT, which comes right after the mount, and starts.
   *
   * @throws IOException when the kernel is too old
   */
  public static Session start(Device device, RequestCounts counts, HandlerFactory factory)
      throws IOException {
    Session session;
    try (Arena arena = Arena.ofConfined()) {
      Request request = new Request(arena.allocate(REQUEST_BYTES));
      Reply reply = new Reply(arena.allocate(4096));
      do {
        int n;
        do {
          n = device.read(request.buffer());
        } while (n == -Errno.EINTR);
        if (!request.take(n) || request.opcode() != Opcode.INIT) {
          throw new IOException("the first request of the kernel is not INIT (" + n + ")");
        }
        reply.clear();
        boolean agreed = Capabilities.isUnderstood(request);
        Capabilities capabilities = Capabilities.negotiate(request, reply);
        session = agreed ? new Session(device, counts, factory.create(capabilities)) : null;
        Libc.require("INIT", reply.send(device, request.unique()));
      } while (session == null);
    }
    session.addThread();
    return session;
  }

  /**
   * Goes on where another process ended, whose requests without a reply come again.
   *
   * @param handler knows what that process told the kernel
   * @throws IOException when the kernel does not send them again
   */
  public static Session resume(Device device, RequestCounts counts, Handler handler)
      throws IOException {
    Libc.require("resending requests", device.resend());
    Session session = new Session(device, counts, handler);
    session.addThread();
    return session;
  }

  private void addThread() {
    if (threads.incrementAndGet() > MOST_THREADS) {
      threads.decrementAndGet();
      return;
    }
    Thread thread = new Thread(this::run, "forebay-fuse");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    RequestInProgress own = new RequestInProgress();
    inProgress.add(own);
    lead.acquireUninterruptibly();
    boolean leads = true;
    boolean waitsForTurn = false;
    try (Arena arena = Arena.ofConfined()) {
      Request request = new Request(Libc.sparse(arena, REQUEST_BYTES));
      Reply reply = new Reply(Libc.sparse(arena, Reply.HEADER + Capabilities.MAX_BYTES));
      while (take(request)) {
        if (draining) {
          return; // with the lead, so nobody takes more; the kernel sends this one again
        }
        if (waitsForTurn != watch.isCrowded()) {
          waitsForTurn = watch.isCrowded();
          Scheduling.waitForTurn(waitsForTurn);
        }
        if (mayBlock(request)) {
          leads = false;
          waiting.incrementAndGet();
          passOn();
        }
        own.begin(request);
        answer(request, reply);
        own.end();
        if (!leads) {
          waiting.decrementAndGet();
        }
        if (request.opcode() == Opcode.DESTROY) {
          return;
        }
        if (!leads) {
          lead.acquireUninterruptibly();
          leads = true;
        }
        if (reply.expectsNextRequest()) {
          watch.expect();
        }
      }
    } finally {
      if (leads && !draining) {
        lead.release(); // for the others, to find out as well that it is over
      }
      inProgress.remove(own);
      if (threads.decrementAndGet() == 0) {
        over.countDown();
      }
    }
  }

  private void passOn() {
    if (!lead.hasQueuedThreads()) {
      addThread();
    }
    lead.release();
  }

  /**
   * Waits for the next request.
   *
   * @return false when there will be none
   */
  private boolean take(Request request) {
    while (true) {
      int n = watch.read(device, request.buffer(), waiting.get() == 0);
      if (n == -Errno.ENODEV) {
        return false; // unmounted
      }
      if (n == -Errno.ENOENT || n == -Errno.EINTR) {
        continue; // the request was taken back
      }
      if (request.take(n)) {
        watch.askedBy(request.thread());
        return true;
      }
      log.error("the kernel sent {} instead of a request; the session ends", n);
      return false;
    }
  }

  private boolean mayBlock(Request request) {
    try {
      int opcode = request.opcode();
      return opcode != Opcode.INIT && opcode != Opcode.INTERRUPT && handler.mayBlock(request);
    } catch (IndexOutOfBoundsException e) {
      return true; // it ends too early, and is refused
    }
  }

  private void answer(Request request, Reply reply) {
    counts.add(request.opcode());
    reply.clear();
    try {
      if (request.opcode() == Opcode.INIT) {
        Capabilities.negotiate(request, reply); // a process before may not have come to reply
      } else if (request.opcode() == Opcode.INTERRUPT) {
        long which = request.longAt(0);
        inProgress.forEach(each -> each.interrupt(which));
        reply.none();
      } else {
        handler.handle(request, reply);
      }
    } catch (Throwable e) {
      // An Error too: the caller would wait for ever, and this thread would not be replaced.
      reply.error(handler.errno(e));
    }
    if (reply.isWanted()) {
      int sent = reply.send(device, request.unique());
      if (sent == -Errno.ENOENT && !reply.isError()) {
        handler.undo(request, reply);
      } else if (sent < 0 && sent != -Errno.ENOENT && sent != -Errno.ENODEV) {
        log.error("the kernel refuses a reply to request {} (error {})", request.opcode(), -sent);
      }
    }
  }

  /**
   * Lets processes die that were killed while they wait for an answer; to be called often. The
   * answer goes nowhere then, and what it took stays cached.
   */
  public void releaseDying() {
    for (RequestInProgress each : inProgress) {
      long unique = each.abandoned();
      if (unique != 0) {
        try (Arena arena = Arena.ofConfined()) {
          Reply reply = new Reply(arena.allocate(Reply.HEADER, Long.BYTES));
          reply.clear();
          reply.error(Errno.EINTR);
          reply.send(device, unique);
        }
      }
    }
  }

  /**
   * Answers no request that comes from now on, for another process goes on with the mount, and
   * waits until those are answered that it could not answer again: a file that is being stored, for
   * example.
   */
  public void drain(Duration longest) throws InterruptedException {
    draining = true;
    long deadline = System.nanoTime() + longest.toNanos();
    while (inProgress.stream().anyMatch(RequestInProgress::mustBeAnswered)
        && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(DRAIN_MILLIS);
    }
  }

  /** Waits until the mount is gone. */
  public void await() throws InterruptedException {
    over.await();
  }

  /**
   * As {@link #await()}, for so long at the most.
   *
   * @return whether it is gone
   */
  public boolean await(Duration longest) throws InterruptedException {
    return over.await(longest.toMillis(), TimeUnit.MILLISECONDS);
  }
}
