package io.forebay.wire;

import io.forebay.FileStatus;
import io.forebay.ReadOrder;
import io.forebay.plan.PlanUpdate;
import io.forebay.spec.SnapshotTolerance;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server, as its clients see it: a pool of connections, and the memory of when it last failed.
 * Thread-safe.
 */
public final class ServerClient implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ServerClient.class);

  private static final long FIRST_BACK_OFF_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LONGEST_BACK_OFF_NANOS = TimeUnit.SECONDS.toNanos(5);

  /**
   * A server that is up accepts and greets in much less time than it may take to answer; one that
   * nobody here has heard of may be just starting.
   */
  private static final int GREETING_SHARE = 5;

  private static final int FIRST_GREETING_SHARE = 2;

  /** A server has thousands of clients, which do not all read all the time. */
  private static final Duration KEEP_IDLE = Duration.ofMinutes(1);

  /** So many requests that others answered in a row, and a server counts as down. */
  private static final int OVERTAKEN = 3;

  /** Below what servers send by sendfile. */
  private static final long PIECE_BYTES = 32 << 10;

  /** Asked for in pieces at a time. */
  private static final long REQUEST_BYTES = 16 << 20;

  private final Address address;
  private final Access access;
  private final Duration patience;
  private final Duration keepIdle;
  private final LongConsumer views;
  private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
  private final AtomicBoolean sweeping = new AtomicBoolean();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger overtaken = new AtomicInteger();
  private volatile long view;
  private volatile boolean closed;
  private volatile boolean down;
  private volatile boolean known;
  private long backOffNanos; // guarded by this

  /**
   * @param access what the server asks for before it lets this client in
   * @param patience the longest silence before a server counts as down
   * @param views hears which view the server has ({@link Message.Done}), each time it is another
   */
  public ServerClient(Address address, Access access, Duration patience, LongConsumer views) {
    this(address, access, patience, KEEP_IDLE, views);
  }

  /**
   * @param keepIdle how long a connection is kept that is not used
   */
  ServerClient(
      Address address, Access access, Duration patience, Duration keepIdle, LongConsumer views) {
    this.address = address;
    this.access = access;
    this.patience = patience;
    this.keepIdle = keepIdle;
    this.views = views;
  }

  public ServerClient(Address address, Access access, Duration patience) {
    this(address, access, patience, view -> {});
  }

  public Address address() {
    return address;
  }

  /**
   * Whether the server failed, and has not been heard of since. It is asked in the background
   * whether it is back, so that no reader has to wait to find out.
   */
  public boolean isDown() {
    return down;
  }

  /** Requests under way to it from this process. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Name and root of a data set, found by either. */
  public Message.Opened open(String nameOrRoot) throws IOException {
    return ask(new Message.Open(nameOrRoot), nameOrRoot, Message.Opened.class);
  }

  public FileStatus stat(String dataSet, String path) throws IOException {
    return ask(new Message.Stat(dataSet, path), dataSet + "/" + path, Message.Status.class)
        .status();
  }

  /**
   * Has names found anew.
   *
   * @return whether that was done for all servers
   */
  public boolean refresh(String dataSet) throws IOException {
    return exchange(
        new Message.Refresh(dataSet),
        (connection, id) -> {
          Message answer = connection.receive(id, 0);
          if (answer instanceof Message.InUse) {
            return true;
          }
          expect(answer, dataSet, Message.Done.class);
          return false;
        });
  }

  /**
   * Has the server use a snapshot that is at most so old, which it may have to make first.
   *
   * @param acceptance what a new one may lack
   * @param progress hears how many entries were found
   * @return its id
   */
  public String snapshot(
      String dataSet, Duration maxAge, SnapshotTolerance acceptance, LongConsumer progress)
      throws IOException {
    return snapshot(new Message.Snapshot(dataSet, "", maxAge.toMillis(), acceptance), progress);
  }

  /** Has the server use a certain snapshot. */
  public void useSnapshot(String dataSet, String id) throws IOException {
    snapshot(new Message.Snapshot(dataSet, id, 0, SnapshotTolerance.DEFAULT), listed -> {});
  }

  private String snapshot(Message.Snapshot request, LongConsumer progress) throws IOException {
    return exchange(
        request,
        (connection, id) -> {
          Message answer = connection.receive(id, 0);
          while (answer instanceof Message.Listed listed) {
            progress.accept(listed.entries());
            answer = connection.receive(id, 0);
          }
          return expect(answer, request.dataSet(), Message.InUse.class).id();
        });
  }

  /** Reads a part of a snapshot's file; less than the target has room for where it ends. */
  public void readSnapshot(String dataSet, String id, long offset, ByteBuffer target)
      throws IOException {
    String noun = dataSet + "@" + id;
    exchange(
        new Message.SnapshotPart(dataSet, id, offset, target.remaining()),
        (connection, request) -> {
          Message.Data data =
              expect(connection.receive(request, target.remaining()), noun, Message.Data.class);
          if (data.length() > target.remaining()) {
            throw new MalformedFrameException(address + " sent more bytes than requested");
          }
          connection.readInto(target, data.length());
          return expect(connection.receive(request, 0), noun, Message.Done.class);
        });
  }

  public void changed(String dataSet, String path) throws IOException {
    ask(new Message.Changed(dataSet, path), dataSet + "/" + path, Message.Done.class);
  }

  public void prefetch(String dataSet, List<FileStatus> files) throws IOException {
    ask(new Message.Prefetch(dataSet, files), dataSet, Message.Done.class);
  }

  /** Tells how many servers keep the files of a pattern. */
  public void replicate(String dataSet, String pattern, int count) throws IOException {
    ask(new Message.Replicate(dataSet, pattern, count), dataSet, Message.Done.class);
  }

  public void readHere(Message.ReadHere files) throws IOException {
    ask(files, files.dataSet(), Message.Done.class);
  }

  /** Returns whether the server had not heard of the job. */
  public boolean plan(String dataSet, PlanUpdate update) throws IOException {
    return ask(new Message.Plan(dataSet, update), dataSet, Message.Planned.class).unknown();
  }

  public void used(List<Message.Use> uses) throws IOException {
    ask(new Message.Used(uses), "a report of use", Message.Done.class);
  }

  public void mapsStuck(String generation) throws IOException {
    ask(new Message.MapsStuck(generation), "a report of stuck maps", Message.Done.class);
  }

  /** Hears of the items that a server could not do. */
  @FunctionalInterface
  public interface ItemFailures {
    void failed(int item, IOException reason);
  }

  /** Has the server make ranges resident, one after another, and waits for it. */
  public void load(String dataSet, List<Item> items, ItemFailures failures) throws IOException {
    exchange(
        new Message.Load(dataSet, items),
        (connection, id) -> {
          Message answer = connection.receive(id, 0);
          while (answer instanceof Message.ItemFailed failed) {
            int item = asked(failed.item(), items);
            String noun = dataSet + "/" + items.get(item).status().path();
            failures.failed(item, failed.code().toException(noun, failed.message()));
            answer = connection.receive(id, 0);
          }
          return expect(answer, dataSet, Message.Done.class);
        });
  }

  /** An item that a server names, if it is one of those that it was asked for. */
  int asked(int item, List<Item> items) throws MalformedFrameException {
    if (item < 0 || item >= items.size()) {
      throw new MalformedFrameException(address + " answered for item " + item);
    }
    return item;
  }

  public List<FileStatus> list(String dataSet, String directory) throws IOException {
    return exchange(
        new Message.ListDirectory(dataSet, directory),
        (connection, id) -> {
          List<FileStatus> entries = new ArrayList<>();
          while (true) {
            Message.Listing page =
                expect(connection.receive(id, 0), dataSet + "/" + directory, Message.Listing.class);
            entries.addAll(page.entries());
            if (page.last()) {
              return entries;
            }
          }
        });
  }

  /** Starts reading; the answer is taken with {@link PendingGet#drain}. */
  public PendingGet get(String dataSet, ReadOrder order, Reach reach, List<Item> items)
      throws IOException {
    Connection connection = borrow();
    try {
      int id = connection.send(new Message.Get(dataSet, order, reach, items));
      return new PendingGet(this, connection, id, dataSet, items);
    } catch (IOException e) {
      readEnded(connection, e);
      throw e;
    }
  }

  /** As below, when nobody is to give the read up. */
  public void read(String dataSet, Item item, Reach reach, ByteBuffer target) throws IOException {
    read(dataSet, item, reach, target, pending -> {});
  }

  /**
   * Reads one range. The target is filled, or an exception says why not. When the connection is
   * lost under the answer, the rest is asked for again, in small pieces: a server reads those
   * before it announces them, so it can read them from elsewhere where its disk fails.
   *
   * @param sent hears when the request is under way, and can give it up
   */
  public void read(
      String dataSet, Item item, Reach reach, ByteBuffer target, Consumer<PendingGet> sent)
      throws IOException {
    int start = target.position();
    try {
      PendingGet pending = get(dataSet, ReadOrder.STRICT, reach, List.of(item));
      sent.accept(pending);
      drain(pending, target);
    } catch (ConnectionLostException e) {
      if (isDown()) {
        throw e;
      }
      int done = target.position() - start;
      long end = item.offset() + item.length();
      for (long at = item.offset() + done; at < end; at += REQUEST_BYTES) {
        List<Item> pieces = pieces(item, at, Math.min(end, at + REQUEST_BYTES));
        drain(get(dataSet, ReadOrder.STRICT, reach, pieces), target);
      }
    }
  }

  private static List<Item> pieces(Item of, long start, long end) {
    List<Item> pieces = new ArrayList<>();
    for (long at = start; at < end; at += PIECE_BYTES) {
      pieces.add(new Item(of.status(), at, Math.min(PIECE_BYTES, end - at)));
    }
    return pieces;
  }

  /** Takes neighbouring ranges, one after the other. */
  private static void drain(PendingGet pending, ByteBuffer target) throws IOException {
    pending.drain(
        new PendingGet.Sink() {
          @Override
          public ByteBuffer target(int index) {
            return target;
          }

          @Override
          public void failed(int index, IOException reason) throws IOException {
            throw reason;
          }
        });
  }

  private <T extends Message> T ask(Message request, String noun, Class<T> type)
      throws IOException {
    return exchange(
        request,
        (connection, id) -> {
          T answer = expect(connection.receive(id, 0), noun, type);
          if (answer instanceof Message.Done done) {
            hear(done);
          }
          return answer;
        });
  }

  static <T extends Message> T expect(Message answer, String noun, Class<T> type)
      throws IOException {
    if (answer instanceof Message.Failed failed) {
      throw failed.code().toException(noun, failed.message());
    }
    if (!type.isInstance(answer)) {
      throw new MalformedFrameException("unexpected answer to " + noun + ": " + answer);
    }
    return type.cast(answer);
  }

  private interface Exchange<T> {
    T run(Connection connection, int requestId) throws IOException;
  }

  private <T> T exchange(Message request, Exchange<T> exchange) throws IOException {
    Sent sent = send(request);
    try {
      T result = exchange.run(sent.connection, sent.requestId);
      returnConnection(sent.connection);
      return result;
    } catch (IOException e) {
      settle(sent.connection, e);
      throw e;
    }
  }

  private record Sent(Connection connection, int requestId) {}

  /** A connection of the pool may have ended with its server, which then heard nothing of this. */
  private Sent send(Message request) throws IOException {
    Connection pooled = borrow();
    try {
      return new Sent(pooled, pooled.send(request));
    } catch (ConnectionLostException e) {
      giveUp(pooled);
      closeIdle();
    } catch (IOException e) {
      settle(pooled, e);
      throw e;
    }
    Connection fresh = borrow();
    try {
      return new Sent(fresh, fresh.send(request));
    } catch (IOException e) {
      settle(fresh, e);
      throw e;
    }
  }

  /** What becomes of a connection after an exception: an answered error leaves it usable. */
  private void settle(Connection connection, IOException e) {
    if (isAnswer(e)) {
      returnConnection(connection);
      return;
    }
    giveUp(connection);
    if (!(e instanceof ClosedByInterruptException || e instanceof PendingGet.SinkException)) {
      failed(e);
    }
  }

  /**
   * As {@link #settle}, after a read. That its connection was lost does not count as a failure of
   * the server: if the server died, connecting to it will fail.
   */
  void readEnded(Connection connection, IOException e) {
    if (e instanceof ConnectionLostException) {
      giveUp(connection);
      closeIdle(); // if the server died, they are of no use either
    } else {
      settle(connection, e);
    }
  }

  /** Whether an exception is what a healthy server answered. */
  public static boolean isAnswer(IOException e) {
    return e instanceof java.nio.file.FileSystemException
        || e instanceof io.forebay.StaleFileException
        || e instanceof io.forebay.UnknownDataSetException
        || e instanceof ServerFailureException;
  }

  private Connection borrow() throws IOException {
    if (closed) {
      throw new IOException("the client of " + address + " is closed");
    }
    Optional<String> token = access.presentToken();
    inFlight.incrementAndGet();
    for (Connection each = idle.pollFirst(); each != null; each = idle.pollFirst()) {
      if (each.hasShown(token) && each.isOpen()) {
        return each;
      }
      each.close();
    }
    try {
      return connect(token);
    } catch (IOException e) {
      inFlight.decrementAndGet();
      if (isAnswer(e)) {
        throw e; // to the token, not for want of a server
      }
      failed(e);
      throw new IOException("cannot connect to cache server " + address + ": " + e.getMessage(), e);
    }
  }

  private Connection connect(Optional<String> token) throws IOException {
    Duration greeting = patience.dividedBy(known ? GREETING_SHARE : FIRST_GREETING_SHARE);
    return Connection.open(address, access.tls(), token, greeting, patience);
  }

  void returnConnection(Connection connection) {
    connection.end();
    inFlight.decrementAndGet();
    succeeded();
    idle.addFirst(connection);
    if (closed) {
      close();
    } else {
      sweepLater();
    }
  }

  /** Closes a connection whose answer nobody waits for any more. */
  void giveUp(Connection connection) {
    inFlight.decrementAndGet();
    connection.close();
  }

  /** What the end of an answer says. */
  void hear(Message.Done done) {
    if (done.view() != view) {
      view = done.view();
      views.accept(done.view());
    }
  }

  /** Another server answered a request that this one was asked first, and has not answered. */
  public void overtaken() {
    if (overtaken.incrementAndGet() >= OVERTAKEN) {
      failed(new SocketTimeoutException("others answer while it does not"));
    }
  }

  /** Remembers a failure: no reader asks this server again before it was heard of. */
  private void failed(IOException e) {
    // Connections to a server that died are of no use either.
    closeIdle();
    synchronized (this) {
      if (!down && !closed) {
        log.warn("cache server {} does not answer; bypassing it: {}", address, e.getMessage());
        down = true;
        backOffNanos = FIRST_BACK_OFF_NANOS;
        Probes.after(backOffNanos, this::probe);
      }
    }
  }

  private void probe() {
    if (closed || !down) {
      return;
    }
    try {
      idle.addFirst(connect(access.presentToken()));
      sweepLater();
      succeeded();
      if (closed) {
        closeIdle();
      }
    } catch (IOException e) {
      if (isAnswer(e)) {
        succeeded();
        return;
      }
      synchronized (this) {
        backOffNanos = Math.min(backOffNanos * 2, LONGEST_BACK_OFF_NANOS);
        Probes.after(backOffNanos, this::probe);
      }
    }
  }

  private void succeeded() {
    if (!known) {
      known = true;
    }
    if (overtaken.get() != 0) {
      overtaken.set(0);
    }
    if (down) {
      synchronized (this) {
        if (down) { // of several threads one says it
          log.warn("cache server {} answers again", address);
          down = false;
        }
      }
    }
  }

  private void sweepLater() {
    if (!sweeping.get() && sweeping.compareAndSet(false, true)) {
      Probes.after(keepIdle.toNanos(), this::sweep);
    }
  }

  /** Closes connections that were not used for a while; the last in the pool were used first. */
  private void sweep() {
    sweeping.set(false);
    for (Connection each = idle.pollLast(); each != null; each = idle.pollLast()) {
      if (each.unusedNanos() < keepIdle.toNanos()) {
        idle.addLast(each);
        sweepLater();
        return;
      }
      each.close();
    }
  }

  private void closeIdle() {
    for (Connection each = idle.pollFirst(); each != null; each = idle.pollFirst()) {
      each.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    closeIdle();
  }
}
