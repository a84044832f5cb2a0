package io.forebay.fuse.mount;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.UnknownDataSetException;
import io.forebay.fuse.journal.Journal;
import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Libc;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the mounts of a {@link Keeper}, which is the parent of this process: gets ready, waits
 * until it is its turn, and serves all of them, and those that come later, until the last one is
 * taken away. If the keeper ends before, this process ends at once, however far it is: on a busy
 * machine its start takes long, and all that time it would hold the devices of mounts that nobody
 * serves.
 */
public final class MountServer {

  private static final Logger log = LoggerFactory.getLogger(MountServer.class);

  /** The standard input. */
  private static final int SOCKET = 0;

  private static final long RETRY_MILLIS = 1_000;
  private static final long WAIT_MILLIS = 200;

  /** A supervisor that asks a process to end kills it after 30 seconds, or somewhat less. */
  private static final Duration DRAIN = Duration.ofSeconds(15);

  /** Makes the client that all mounts have in common. */
  @FunctionalInterface
  public interface Opener {

    /**
     * @param input of the {@link ChildJvm}
     */
    Forebay open(String input) throws IOException;
  }

  private final Opener opener;
  private final boolean early;
  private final CompletableFuture<Integer> status = new CompletableFuture<>();
  private final Map<Integer, KeeperCommand.Take> waiting = new LinkedHashMap<>();
  private final Set<Mount> mounts = ConcurrentHashMap.newKeySet();
  private String input;
  private Forebay forebay; // guarded by this
  private boolean serves;
  private volatile Keeper.Alive keeper;

  /** Whether the mounts outlive this process and its keeper. Only the thread's with the orders. */
  private boolean outlived;

  /** What cannot be resumed at present. */
  private final Set<Integer> unserved = ConcurrentHashMap.newKeySet();

  /** Guarded by itself. */
  private final Set<Integer> served = new HashSet<>();

  private MountServer(Opener opener, boolean early) {
    this.opener = opener;
    this.early = early;
  }

  /**
   * Returns when there is nothing left to serve.
   *
   * @param early whether the client may be open before it is this process's turn: a cache in this
   *     process is its alone
   * @return the status to exit with
   */
  public static int run(Opener opener, boolean early) throws IOException {
    MountServer server = new MountServer(opener, early);
    Thread.ofPlatform().daemon().name("forebay-orders").start(server::follow);
    Mount.prepare();
    int status = server.status.join();
    if (status == 0) { // otherwise the next process goes on with what is being read
      server.close();
    }
    return status;
  }

  private synchronized void close() throws IOException {
    if (forebay != null) {
      forebay.close();
    }
  }

  private void follow() {
    try {
      KeeperCommand order;
      do {
        order = KeeperCommand.receive(SOCKET);
        follow(order);
      } while (!(order instanceof KeeperCommand.End));
    } catch (Throwable e) {
      System.err.println("forebay: " + e);
      status.complete(1);
    }
  }

  private void follow(KeeperCommand order) {
    switch (order) {
      case KeeperCommand.Prepare prepare -> input = prepare.input();
      case KeeperCommand.Take take -> {
        if (!serves) {
          waiting.put(take.id(), take);
          getReady(take);
        } else if (isOurs(List.of(take))) {
          serveLater(take);
        }
      }
      case KeeperCommand.Drop drop -> {
        KeeperCommand.Take dropped = waiting.remove(drop.id());
        if (dropped != null) {
          Libc.close(dropped.device());
          Libc.close(dropped.journal());
        }
      }
      case KeeperCommand.Serve serve -> {
        serves = true;
        keeper = serve.held() ? () -> true : Keeper.parent();
        if (serve.held()) {
          Runtime.getRuntime().addShutdownHook(new Thread(this::drain, "forebay-drain"));
          outlived = true;
        }
        if (isOurs(List.copyOf(waiting.values()))) {
          // Each may have to wait for its server.
          waiting.values().forEach(this::serveLater);
        }
        waiting.clear();
      }
      case KeeperCommand.End end -> {
        if (!serves) {
          Runtime.getRuntime().halt(0); // it has nothing that would have to be put away
        }
        if (outlived) {
          // Another keeper may wait for the end of all of this one's processes.
          drain();
          Runtime.getRuntime().halt(0);
        }
      }
    }
  }

  /** What is read is read again by the next process; what is written would be lost. */
  private void drain() {
    try {
      for (Mount mount : mounts) {
        mount.drain(DRAIN);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Forebay forebay() throws IOException {
    if (forebay == null) {
      forebay = opener.open(input);
    }
    return forebay;
  }

  /** One that is not needed says nothing of what keeps it from serving. */
  private void getReady(KeeperCommand.Take take) {
    if (early) {
      try {
        forebay().dataSet(take.request().dataSet());
      } catch (IOException | RuntimeException e) {
        return; // it is met again when this process serves
      }
      System.gc(); // it may wait for days, and most of what the start took is garbage
    }
  }

  /** Whether this process does not end just now; then they are the next one's. */
  private boolean isOurs(List<KeeperCommand.Take> mounts) {
    synchronized (served) {
      if (status.isDone()) {
        return false;
      }
      mounts.forEach(mount -> served.add(mount.id())); // first, for some may be over at once
      return true;
    }
  }

  /** A store that does not answer holds up no other mount. */
  private void serveLater(KeeperCommand.Take take) {
    Thread.ofPlatform().daemon().name("forebay-beginning").start(() -> serve(take));
  }

  private void serve(KeeperCommand.Take take) {
    MountPoint point = new MountPoint(take.request().point(), take.mounted());
    Device device = Device.of(take.device());
    try {
      Journal journal = Journal.open(take.journal());
      if (journal.isEmpty()) {
        begin(take, point, device, journal);
      } else if (!resume(take, point, device, journal)) {
        Thread.ofPlatform()
            .daemon()
            .name("forebay-resuming")
            .start(() -> resumeLater(take, point, device, journal));
      }
    } catch (IOException e) {
      fail(e);
    }
  }

  private DataSet dataSet(KeeperCommand.Take take) throws IOException {
    return forebay().dataSet(take.request().dataSet());
  }

  private void begin(KeeperCommand.Take take, MountPoint point, Device device, Journal journal)
      throws IOException {
    Mount mount;
    try {
      mount = serve(take, awaitDataSet(take, point), point, device, journal);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (IOException | RuntimeException e) {
      String reason = String.valueOf(e.getMessage());
      System.err.println("forebay: " + reason);
      device.close();
      journal.close();
      new MountReport(take.id(), MountReport.Event.BEGUN, reason).send(SOCKET);
      ended(take.id(), 1);
      return;
    }
    System.out.println(take.request().dataSet() + " is mounted on " + mount.point());
    new MountReport(take.id(), MountReport.Event.BEGUN, "").send(SOCKET);
    mount.whenChecked(
        reason -> new MountReport(take.id(), MountReport.Event.CHECKED, reason).send(SOCKET));
  }

  /**
   * Waits for a server, as long as the options say: a node that starts may start it later. A server
   * that does not have the data set is an answer.
   */
  private DataSet awaitDataSet(KeeperCommand.Take take, MountPoint point)
      throws IOException, InterruptedException {
    Duration longest = MountOptions.parse(take.request().options()).serverWait();
    long deadline = System.nanoTime() + longest.toNanos();
    boolean said = false;
    while (true) {
      try {
        DataSet found = dataSet(take);
        found.totals(); // what is written of a server may be older than its end
        return found;
      } catch (UnknownDataSetException e) {
        throw e;
      } catch (IOException e) {
        if (System.nanoTime() > deadline || !point.isMounted()) {
          throw e;
        }
        if (!said) {
          said = true;
          log.info("{} waits up to {} s: {}", point, longest.toSeconds(), e.getMessage());
        }
        Thread.sleep(WAIT_MILLIS);
      }
    }
  }

  /**
   * Goes on with a mount that another process served.
   *
   * @return whether its data set can be opened
   */
  private boolean resume(
      KeeperCommand.Take take, MountPoint point, Device device, Journal journal) {
    DataSet dataSet;
    try {
      dataSet = dataSet(take);
    } catch (IOException | RuntimeException e) {
      if (unserved.add(take.id())) {
        log.warn("{} is not served; its readers wait until it is: {}", point, e.getMessage());
      }
      return false;
    }
    try {
      serve(take, dataSet, point, device, journal);
      new MountReport(take.id(), MountReport.Event.BEGUN, "").send(SOCKET);
    } catch (CannotResumeException e) {
      status.complete(Keeper.CANNOT_RESUME);
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
    return true;
  }

  /** The other mounts are served meanwhile. */
  private void resumeLater(
      KeeperCommand.Take take, MountPoint point, Device device, Journal journal) {
    try {
      do {
        Thread.sleep(RETRY_MILLIS);
        if (!point.isMounted()) {
          device.close();
          journal.close();
          over(take.id());
          return;
        }
      } while (!resume(take, point, device, journal));
    } catch (IOException e) {
      fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Mount serve(
      KeeperCommand.Take take, DataSet dataSet, MountPoint point, Device device, Journal journal)
      throws IOException {
    Mount mount =
        Mount.serve(
            dataSet, point, MountOptions.parse(take.request().options()), device, journal, keeper);
    mounts.add(mount);
    Thread.ofPlatform()
        .daemon()
        .name("forebay-mounted")
        .start(() -> untilItIsOver(take.id(), mount));
    return mount;
  }

  private void untilItIsOver(int id, Mount mount) {
    try {
      mount.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    mount.close();
    mounts.remove(mount);
    over(id);
  }

  private void over(int id) {
    new MountReport(id, MountReport.Event.OVER, "").send(SOCKET);
    ended(id, 0);
  }

  private void ended(int id, int how) {
    synchronized (served) {
      served.remove(id);
      if (served.isEmpty()) {
        status.complete(how);
      }
    }
  }

  /** The next process tries it. */
  private void fail(Exception e) {
    System.err.println("forebay: " + e.getMessage());
    status.complete(1);
  }
}
