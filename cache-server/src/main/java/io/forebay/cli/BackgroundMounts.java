package io.forebay.cli;

import io.forebay.fuse.hold.StoreSocket;
import io.forebay.fuse.mount.Daemon;
import io.forebay.fuse.mount.HeldMount;
import io.forebay.fuse.mount.KeeperSocket;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import io.forebay.fuse.mount.MountRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Mounts in the background, for the command and for programs that mount for others, such as a CSI
 * driver. Their processes have the JVM options and the class path of this one. All read-only mounts
 * of a node share them, with one client for all. Thread-safe; several processes may mount at once.
 */
public final class BackgroundMounts {

  private static final String WAIT = "wait";
  private static final String WAITING = ",wait=30";

  private final Bridge bridge;
  private final Optional<Path> log;

  /**
   * @param log takes what the mounts' processes print; without one that is lost
   */
  BackgroundMounts(Bridge bridge, Optional<Path> log) {
    this.bridge = bridge;
    this.log = log;
  }

  /**
   * Mounts data sets of a node's server.
   *
   * @param node the directory of the server
   * @param hold socket of the descriptor store ({@code forebay hold}) with which mounts outlive
   *     their processes; empty for mounts that end with them
   * @param log takes what the mounts' processes print; without one that is lost
   */
  public static BackgroundMounts ofNode(Path node, Optional<Path> hold, Optional<Path> log) {
    return of(
        new ConnectionOptions(
            Optional.of(node), List.of(), Map.of(), new SecurityOptions().files()),
        hold,
        log);
  }

  /** Mounts data sets of the servers that a connection names; otherwise as {@link #ofNode}. */
  public static BackgroundMounts of(
      ConnectionOptions connection, Optional<Path> hold, Optional<Path> log) {
    return new BackgroundMounts(
        new Bridge(Optional.empty(), connection, hold.map(StoreSocket::new)), log);
  }

  /**
   * Mounts, and returns when what is mounted can be read. If the store holds a mount there that no
   * process serves, this goes on with it, and its readers wait no longer. Waits for a server for 30
   * seconds, unless the options say {@code wait=SECONDS}.
   *
   * @throws IOException why it was not mounted; for example, because the directory is mounted on
   */
  public void mount(MountRequest request) throws IOException, InterruptedException {
    MountOptions parsed = MountOptions.parse(request.options());
    Daemon.mount(
        new MountRequest(request.dataSet(), request.point(), patient(request.options())),
        keeper(parsed),
        bridge.child(),
        log,
        bridge.hold().isPresent());
  }

  /**
   * Takes a mount away, also one that no process serves. Files that are open stay readable as long
   * as its processes live.
   *
   * @return whether there was one
   * @throws IOException when it cannot be taken away
   */
  public boolean unmount(Path point) throws IOException {
    if (bridge.hold().isPresent()) {
      return HeldMount.remove(point, bridge.hold().get());
    }
    return Mount.removeIfMounted(point);
  }

  /**
   * What the descriptor store holds; each that is not served waits for {@link #mount} with the same
   * data set, directory and options.
   *
   * @throws IOException when no store answers
   */
  public List<HeldMount> held() throws IOException {
    return bridge.hold().isPresent() ? HeldMount.list(bridge.hold().get()) : List.of();
  }

  /** Has a mount wait for a server, unless it is said how long. */
  static String patient(String options) {
    boolean said =
        List.of(options.split(",", -1)).stream()
            .anyMatch(option -> option.split("=", 2)[0].equals(WAIT));
    return said ? options : options + WAITING;
  }

  /**
   * Mounts share their processes. A cache in a process is one mount's alone, options may be
   * secrets, by which no socket is named, and what is written and not stored yet is lost with its
   * process.
   */
  private KeeperSocket keeper(MountOptions parsed) throws IOException {
    if (parsed.isWritable()
        || bridge.cache().isPresent()
        || !bridge.connection().options().isEmpty()) {
      return KeeperSocket.own();
    }
    List<String> common = new ArrayList<>(bridge.arguments());
    common.add(log.map(Path::toAbsolutePath).map(Path::toString).orElse(""));
    return KeeperSocket.shared(common);
  }
}
