package io.forebay.fuse.mount;

import io.forebay.Forebay;
import io.forebay.fuse.journal.Journal;
import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Libc;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Serves the mounts of a {@link Keeper}, which is the parent of this process: gets ready, waits
 * until it is its turn, and serves all of them, and those that come later, until the last one is
 * taken away. If the keeper ends before, this process ends at once, however far it is: on a busy
 * machine its start takes long, and all that time it would hold the devices of mounts that nobody
 * serves.
 */
public final class MountServer {

  /** The standard input. */
  private static final int SOCKET = 0;

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
  private String input;
  private volatile Forebay forebay;
  private boolean serves;

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
    if (server.forebay != null) {
      server.forebay.close();
    }
    return status;
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
        if (serves) {
          serve(Set.of(take.id()), List.of(take));
        } else {
          waiting.put(take.id(), take);
          getReady(take);
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
        serve(waiting.keySet(), waiting.values());
        waiting.clear();
      }
      case KeeperCommand.End end -> {
        if (!serves) {
          Runtime.getRuntime().halt(0); // it has nothing that would have to be put away
        }
      }
    }
  }

  private Forebay forebay() throws IOException {
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

  private void serve(Set<Integer> ids, Collection<KeeperCommand.Take> mounts) {
    synchronized (served) {
      served.addAll(ids); // first, for some may be over at once
    }
    mounts.forEach(this::serve);
  }

  private void serve(KeeperCommand.Take take) {
    MountRequest request = take.request();
    Device device = Device.of(take.device());
    try {
      Journal journal = Journal.open(take.journal());
      boolean isNew = journal.isEmpty();
      try {
        Mount mount = Mount.serve(forebay().dataSet(request.dataSet()), request, device, journal);
        begun(take.id(), request, mount);
      } catch (CannotResumeException e) {
        status.complete(Keeper.CANNOT_RESUME);
      } catch (IOException | RuntimeException e) {
        failed(take.id(), request, isNew, String.valueOf(e.getMessage()));
        device.close();
        journal.close();
      }
    } catch (IOException e) {
      status.complete(1);
    }
  }

  private void begun(int id, MountRequest request, Mount mount) {
    if (!mount.isResumed()) {
      System.out.println(request.dataSet() + " is mounted on " + mount.point());
    }
    new MountReport(id, MountReport.Event.BEGUN, "").send(SOCKET);
    mount.whenChecked(
        reason -> {
          new MountReport(id, MountReport.Event.CHECKED, reason).send(SOCKET);
          Daemon.mounted();
        });
    Thread.ofPlatform().daemon().name("forebay-mounted").start(() -> untilItIsOver(id, mount));
  }

  private void untilItIsOver(int id, Mount mount) {
    try {
      mount.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    mount.close();
    new MountReport(id, MountReport.Event.OVER, "").send(SOCKET);
    ended(id, 0);
  }

  /** A mount that others served before is the next process's, unless it is gone. */
  private void failed(int id, MountRequest request, boolean isNew, String reason)
      throws IOException {
    if (isNew) {
      System.err.println("forebay: " + reason);
      new MountReport(id, MountReport.Event.BEGUN, reason).send(SOCKET);
      ended(id, 1);
    } else if (new MountPoint(request.point()).isMounted()) {
      System.err.println("forebay: " + reason);
      status.complete(1);
    } else {
      ended(id, 0);
    }
  }

  private void ended(int id, int how) {
    synchronized (served) {
      served.remove(id);
      if (served.isEmpty()) {
        status.complete(how);
      }
    }
  }
}
