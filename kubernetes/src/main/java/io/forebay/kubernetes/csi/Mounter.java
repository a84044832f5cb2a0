package io.forebay.kubernetes.csi;

import io.forebay.cli.BackgroundMounts;
import io.forebay.cli.ClientFiles;
import io.forebay.cli.ConnectionOptions;
import io.forebay.fuse.mount.HeldMount;
import io.forebay.fuse.mount.MountRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mounts data sets in the background, in processes that outlive this one.
 *
 * @param connection whom volumes ask that name no server
 * @param hold socket of the descriptor store with which mounts outlive the driver's container
 * @param tokens where tokens of volumes are
 * @param mountLog of the processes
 */
record Mounter(ConnectionOptions connection, Optional<Path> hold, Tokens tokens, Path mountLog) {

  private static final Logger log = LoggerFactory.getLogger(Mounter.class);

  /**
   * Mounts, and returns when it can be read.
   *
   * @param point an existing directory
   * @throws IOException why it was not mounted
   */
  void mount(Volume volume, Path point) throws IOException, InterruptedException {
    mounts(volume).mount(request(volume, point));
  }

  /**
   * Goes on with a mount whose processes ended with the driver's container, if the store has it.
   *
   * @return whether it is served now; otherwise it is as if there were no store
   */
  boolean resume(Volume volume, Path point) throws IOException, InterruptedException {
    if (!isHeld(volume)) {
      return false;
    }
    BackgroundMounts mounts = mounts(volume);
    Optional<HeldMount> held;
    try {
      held =
          mounts.held().stream().filter(each -> each.request().point().equals(point)).findFirst();
    } catch (IOException e) {
      log.debug("the descriptor store does not answer", e);
      return false;
    }
    if (held.isPresent() && !held.get().served()) {
      mounts.mount(request(volume, point));
    }
    return held.isPresent();
  }

  /** What is written lives in its process, and secrets are not known to the next driver. */
  private boolean isHeld(Volume volume) {
    return hold.isPresent() && !volume.isWritable() && volume.secrets().isEmpty();
  }

  private BackgroundMounts mounts(Volume volume) throws IOException {
    return BackgroundMounts.of(
        connectionOf(volume), isHeld(volume) ? hold : Optional.empty(), Optional.of(mountLog));
  }

  private static MountRequest request(Volume volume, Path point) {
    return new MountRequest(volume.dataSet(), point, volume.options());
  }

  private ConnectionOptions connectionOf(Volume volume) throws IOException {
    Map<String, String> options = new TreeMap<>(connection.options());
    options.putAll(volume.secrets());
    options.remove(Tokens.SECRET);
    Map<String, Path> files = new TreeMap<>(connection.security().files());
    tokens.write(volume).ifPresent(file -> files.put(ClientFiles.TOKEN, file));
    boolean own = volume.servers().isEmpty();
    return new ConnectionOptions(
        own ? connection.node() : Optional.empty(),
        own ? connection.servers() : volume.servers(),
        options,
        new ClientFiles(files));
  }
}
