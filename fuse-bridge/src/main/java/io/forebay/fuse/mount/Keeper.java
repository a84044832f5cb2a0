package io.forebay.fuse.mount;

import io.forebay.fuse.hold.StoreSocket;
import io.forebay.fuse.mount.HeldMounts.Claim;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps mounts while the processes that serve them come and go. It holds what each of them needs,
 * the kernel's device and a {@link io.forebay.fuse.journal.Journal}, and hands it to its children.
 * One of them serves all mounts, and the next is ready to take over. Readers of a mount wait
 * meanwhile; reads that the kernel answers itself go on. So mounts survive the crash of their
 * bridge, and its replacement by a newer version.
 *
 * <p>A shell, which waits for nothing but the end of all of them, takes the mounts away then. Where
 * a descriptor store holds the mounts, nobody does: they wait for the next keeper.
 */
public final class Keeper {

  private static final Logger log = LoggerFactory.getLogger(Keeper.class);

  /** With which status a child says that it cannot go on where the one before ended. */
  static final int CANNOT_RESUME = 75;

  /** The status of a JVM that was asked to end by SIGTERM. */
  private static final int ASKED_TO_END = 143;

  private static final long PAUSE_MILLIS = 1_000;
  private static final long GRACE_SECONDS = 5;

  /** More than a bridge takes to store what is being written. */
  private static final long HELD_SECONDS = 20;

  private static final long UNUSED_MILLIS = 60_000;
  private static final int MOST_FAILURES = 2;

  /** Whether there is somebody who keeps the mount. */
  interface Alive {
    boolean isAlive();
  }

  private final ChildJvm child;
  private final ClassArchive archive;
  private final OrphanUnmounter watch;

  /** What has the mounts outlive this process. */
  private final Optional<HeldMounts> held;

  private final CountDownLatch over = new CountDownLatch(1);

  /** There is a process that serves, or there will be none. */
  private final CompletableFuture<Void> begun = new CompletableFuture<>();

  private volatile boolean ending;

  // Guarded by this.
  private final Map<Integer, KeptMount> mounts = new LinkedHashMap<>();
  private int attached;
  private Child serving;
  private Child next;
  private boolean accepting;

  /** Of the mount that ended last. */
  private int status;

  private Keeper(
      ChildJvm child, ClassArchive archive, OrphanUnmounter watch, Optional<HeldMounts> held) {
    this.child = child;
    this.archive = archive;
    this.watch = watch;
    this.held = held;
  }

  static Alive parent() {
    ProcessHandle parent = ProcessHandle.current().parent().orElseThrow();
    parent
        .onExit()
        .thenRun(() -> log.warn("the keeper has ended; the mount ends with this process"));
    return parent::isAlive;
  }

  /**
   * Mounts, and keeps the mount until somebody takes it away. An orderly end of this process takes
   * it away, unless a store holds it.
   *
   * @param child calls {@link MountServer#run}, or, where its first argument is a directory, {@link
   *     Mount#trainingRun} there, with the data set and the options that come next, and ends
   * @param store has the mount outlive this process; what it holds already is gone on with
   * @return 0 when the mount was taken away, or left to the store; 1 when it could not be served
   * @throws IOException when it cannot be mounted
   */
  public static int run(MountRequest request, ChildJvm child, Optional<StoreSocket> store)
      throws IOException, InterruptedException {
    if (store.isEmpty()) {
      MountPoint.at(request.point()); // before anything is started
    }
    return run(
        child,
        store,
        keeper -> {
          keeper.attach(request, keeper.claim(request));
          keeper.keep();
        });
  }

  /**
   * Keeps the mounts that it is asked for, until the last one is taken away. An orderly end of this
   * process takes them away, unless a store holds them.
   *
   * @param child as above
   * @param store as above
   * @return 0 when the last mount was taken away, or left to the store; 1 when it could not be
   *     served, and when nobody asked for any
   */
  public static int serve(KeeperSocket socket, ChildJvm child, Optional<StoreSocket> store)
      throws IOException, InterruptedException {
    return run(
        child,
        store,
        keeper -> {
          keeper.status = 1;
          try (KeeperSocket.Opened opened = socket.open(keeper)) {
            Daemon.started();
            Thread.ofPlatform().daemon().name("forebay-unused").start(keeper::endIfUnused);
            keeper.keep();
          }
        });
  }

  private interface Keeping {
    void keep(Keeper keeper) throws IOException, InterruptedException;
  }

  private static int run(ChildJvm child, Optional<StoreSocket> store, Keeping keeping)
      throws IOException, InterruptedException {
    StaleMounts.remove().forEach(path -> log.warn("removed {}, left by a dead mount", path));
    try (ClassArchive archive = ClassArchive.create();
        OrphanUnmounter watch = OrphanUnmounter.start(archive)) {
      Optional<HeldMounts> held =
          store.map(socket -> new HeldMounts(socket, watch.pipe().readEnd()));
      Keeper keeper = new Keeper(child, archive, watch, held);
      Runtime.getRuntime().addShutdownHook(new Thread(keeper::end, "forebay-unmount"));
      try {
        keeping.keep(keeper);
      } finally {
        held.ifPresent(HeldMounts::close);
        keeper.over.countDown();
      }
      return keeper.status;
    }
  }

  /** To be called without a lock: what is mounted there may be this keeper's, and wait for it. */
  private Claim claim(MountRequest request) throws IOException, InterruptedException {
    return held.isPresent()
        ? held.get().claim(request.point())
        : new Claim(MountPoint.at(request.point()), Optional.empty());
  }

  private synchronized KeptMount attach(MountRequest request, Claim claim) throws IOException {
    int id = attached++;
    KeptMount mount;
    if (held.isPresent()) {
      mount = held.get().attach(id, request, claim);
    } else {
      watch.add(claim.point());
      mount = KeptMount.attach(id, request, claim.point(), MountPoint.Lifetime.OF_PROCESSES);
    }
    mounts.put(mount.id(), mount);
    return mount;
  }

  /**
   * Mounts once more.
   *
   * @return empty when this keeper is about to end
   * @throws IOException when this is not possible
   */
  Optional<KeptMount> take(MountRequest request) throws IOException, InterruptedException {
    Claim claim = claim(request);
    begun.join();
    synchronized (this) {
      if (!accepting || ending) {
        held.ifPresent(mounts -> mounts.giveUp(claim));
        return Optional.empty();
      }
      KeptMount mount = attach(request, claim);
      mount.handTo(serving);
      mount.handTo(next);
      archive.record(child, request);
      return Optional.of(mount);
    }
  }

  /** Whoever started this process may have been killed. */
  private void endIfUnused() {
    try {
      Thread.sleep(UNUSED_MILLIS);
    } catch (InterruptedException e) {
      return;
    }
    synchronized (this) {
      if (attached == 0) {
        accepting = false;
        serving.end();
      }
    }
  }

  private void keep() throws IOException, InterruptedException {
    try {
      start();
      while (true) {
        promoteNext();
        System.gc(); // of the start, from here on it only waits
        int ended = serving.await();
        if (settle(ended)) {
          return;
        }
        log.warn(
            "the bridge that serves {} has ended ({}); the next bridge takes over",
            points(),
            ended);
        if (ended > 0 && ended != ASKED_TO_END) {
          Thread.sleep(PAUSE_MILLIS); // it could not, so it may need time
        }
      }
    } finally {
      close();
    }
  }

  /** Starts the process that takes over when the one that serves ends. */
  private synchronized void start() throws IOException {
    next =
        Child.start(
            child.command(archive.options(), List.of("serve")),
            child.input(),
            watch.pipe().writeEnd(),
            this::onReport);
    mounts.values().forEach(mount -> mount.handTo(next));
  }

  private synchronized void promoteNext() throws IOException {
    serving = next;
    serving.serve(held.isPresent());
    start();
    accepting = !ending;
    begun.complete(null);
    if (ending && held.isPresent()) {
      serving.end(); // it was asked to before there was one
    } else if (!mounts.isEmpty()) {
      archive.record(child, mounts.values().iterator().next().request());
    }
  }

  private synchronized void onReport(MountReport report) {
    KeptMount mount = mounts.get(report.id());
    if (mount == null) {
      return;
    }
    switch (report.event()) {
      case BEGUN -> {
        if (report.isGood()) {
          mount.begun().complete("");
        } else {
          drop(mount, report.text());
        }
      }
      case CHECKED -> mount.checked().complete(report.text());
      case OVER -> drop(mount, "");
    }
  }

  /**
   * @param reason why it could not be served; empty when it was taken away
   */
  private synchronized void drop(KeptMount mount, String reason) {
    mounts.remove(mount.id());
    held.ifPresent(store -> store.drop(mount)); // first, for numbers of descriptors are used again
    next.send(new KeeperCommand.Drop(mount.id()));
    mount.close();
    mount.end(reason);
    status = reason.isEmpty() ? 0 : 1;
  }

  /**
   * Does what the end of the process that served asks for.
   *
   * @param ended its status
   * @return whether there is nothing left to serve
   */
  private synchronized boolean settle(int ended) throws IOException {
    if (ending && held.isPresent()) {
      return true; // the next keeper goes on
    }
    for (KeptMount mount : List.copyOf(mounts.values())) {
      if (!mount.point().isMounted() || (ended == 0 && !mount.isNew())) {
        drop(mount, "");
      } else if (ended == CANNOT_RESUME || (ended != 0 && mount.isNew())) {
        renew(mount, ended);
      }
    }
    accepting = !ending && !mounts.isEmpty();
    if (accepting && ended == ASKED_TO_END) {
      next.close(); // whoever asked may have replaced the software
      start();
    }
    return !accepting;
  }

  /**
   * Mounts anew, for the process that has ended may have read what the kernel says only once; what
   * it could not begin to serve, a few times.
   */
  private synchronized void renew(KeptMount mount, int ended) {
    if (mount.isNew() && mount.failures().incrementAndGet() > MOST_FAILURES) {
      drop(mount, "the bridge ended before it served the mount (" + ended + ")");
      return;
    }
    try {
      held.ifPresent(store -> store.drop(mount));
      KeptMount renewed = mount.renew();
      held.ifPresent(store -> store.keep(renewed));
      mounts.put(renewed.id(), renewed);
      next.send(new KeeperCommand.Drop(renewed.id()));
      renewed.handTo(next);
    } catch (IOException e) {
      drop(mount, String.valueOf(e.getMessage()));
    }
  }

  private synchronized void close() {
    accepting = false;
    begun.complete(null);
    if (next != null) {
      next.close();
    }
    held.ifPresent(HeldMounts::close);
    for (KeptMount mount : mounts.values()) {
      if (held.isPresent()) {
        mount.release();
      } else {
        mount.close();
      }
      mount.end("its keeper has ended");
    }
    mounts.clear();
  }

  /** At the end of this process, which may be the end of the mounts, or after it. */
  private void end() {
    if (over.getCount() == 0) {
      return;
    }
    ending = true;
    if (held.isPresent()) {
      endServing();
    } else {
      points().forEach(MountPoint::detach);
    }
    try {
      // Whoever has files open still keeps them, with the child, which then nobody keeps.
      if (!over.await(held.isPresent() ? HELD_SECONDS : GRACE_SECONDS, TimeUnit.SECONDS)
          && held.isEmpty()) {
        log.warn("files of {} are still open; the bridge ends when they are closed", points());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The mounts wait for the next keeper. */
  private synchronized void endServing() {
    accepting = false;
    if (serving != null) {
      serving.end();
    }
  }

  private synchronized List<MountPoint> points() {
    return mounts.values().stream().map(KeptMount::point).toList();
  }
}
