package io.forebay.fuse.protocol;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests from the kernel and has them answered, until the mount is gone. Whenever all
 * threads are busy there is one more, up to a bound, for an answer may have to wait for an
 * under-store. Thread-safe.
 */
public final class Session {

  private static final Logger log = LoggerFactory.getLogger(Session.class);

  private static final int MOST_THREADS = 64;

  /** What the kernel wants to be able to write: a page more than the largest request. */
  private static final int REQUEST_BYTES = Capabilities.MAX_BYTES + 4096;

  private final Device device;
  private final Counts counts;
  private final Handler handler;
  private final Set<InProgress> inProgress = ConcurrentHashMap.newKeySet();
  private final AtomicInteger threads = new AtomicInteger();
  private final AtomicInteger idle = new AtomicInteger();
  private final CountDownLatch over = new CountDownLatch(1);

  private Session(Device device, Counts counts, Handler handler) {
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
  public static Session start(Device device, Counts counts, HandlerFactory factory)
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
          throw new IOException("the kernel did not begin as it should (" + n + ")");
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
  public static Session resume(Device device, Counts counts, Handler handler) throws IOException {
    Libc.require("having requests sent again", device.resend());
    Session session = new Session(device, counts, handler);
    session.addThread();
    return session;
  }

  private void addThread() {
    if (threads.incrementAndGet() > MOST_THREADS) {
      threads.decrementAndGet();
      return;
    }
    idle.incrementAndGet();
    Thread thread = new Thread(this::run, "forebay-fuse");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    InProgress own = new InProgress();
    inProgress.add(own);
    try (Arena arena = Arena.ofConfined()) {
      Request request = new Request(arena.allocate(REQUEST_BYTES));
      Reply reply = new Reply(arena.allocate(Reply.HEADER + Capabilities.MAX_BYTES));
      while (true) {
        int n = device.read(request.buffer());
        if (n == -Errno.ENODEV) {
          return; // unmounted
        }
        if (n == -Errno.ENOENT || n == -Errno.EINTR || n == -Errno.EAGAIN) {
          continue; // the request was taken back
        }
        if (!request.take(n)) {
          log.error("the kernel sent no request but {}; giving up", n);
          return;
        }
        if (idle.decrementAndGet() == 0) {
          addThread();
        }
        own.begin(request);
        answer(request, reply);
        own.end();
        idle.incrementAndGet();
        if (request.opcode() == Opcode.DESTROY) {
          return;
        }
      }
    } finally {
      inProgress.remove(own);
      idle.decrementAndGet();
      if (threads.decrementAndGet() == 0) {
        over.countDown();
      }
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
    } catch (IOException | RuntimeException e) {
      reply.error(handler.errno(e));
    }
    if (reply.isWanted()) {
      int sent = reply.send(device, request.unique());
      if (sent == -Errno.ENOENT && !reply.isError()) {
        handler.undo(request, reply);
      } else if (sent < 0 && sent != -Errno.ENOENT && sent != -Errno.ENODEV) {
        log.error("the kernel refuses a reply to request {}: {}", request.opcode(), -sent);
      }
    }
  }

  /**
   * Lets processes die that were killed while they wait for an answer; to be called often. The
   * answer goes nowhere then, and what it took stays cached.
   */
  public void releaseDying() {
    for (InProgress each : inProgress) {
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
