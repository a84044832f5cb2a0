package io.forebay.kubernetes.csi;

import io.forebay.fuse.mount.MountTable;
import io.forebay.fuse.mount.MountTable.Entry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volumes of this node's pods. Each call may be repeated, and may come at the same time as
 * others. Thread-safe.
 */
final class NodeMounts {

  private static final Logger log = LoggerFactory.getLogger(NodeMounts.class);

  /** Shorter than the two minutes after which the kubelet gives up a call. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path directory;
  private final Mounter mounter;
  private final Tokens tokens;
  private final Locks targets = new Locks(PATIENCE);
  private final Locks mounts = new Locks(PATIENCE);

  /**
   * @param directory of shared mounts, in the folder of the kubelet, so that they outlive the
   *     driver's container
   */
  NodeMounts(Path directory, Mounter mounter) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.mounter = mounter;
    this.tokens = mounter.tokens();
  }

  /**
   * Shows a volume in the folder of a pod.
   *
   * @param readOnly also if the volume can be written
   */
  void publish(Volume volume, Path target, boolean readOnly)
      throws IOException, InterruptedException {
    try (Locks.Held own = targets.take(target.toString());
        Locks.Held shared = mounts.take(volume.key())) {
      tokens.write(volume);
      SharedMount mount = new SharedMount(directory.resolve(volume.key()));
      String device = mount.serve(volume, mounter);
      Optional<Entry> published = MountTable.read().top(target);
      if (published.filter(e -> e.device().equals(device)).isEmpty()) {
        if (published.isEmpty()) {
          Files.createDirectories(target);
        }
        mount.bind(target);
      }
      if (readOnly && volume.isWritable()) {
        BindMounts.makeReadOnly(target);
      }
      log.info("{} is mounted on {}", volume, target);
    }
  }

  /** Takes a volume away from a pod that has ended. It need not be there. */
  void unpublish(Path target) throws IOException, InterruptedException {
    try (Locks.Held own = targets.take(target.toString())) {
      Set<String> devices = BindMounts.remove(target);
      BindMounts.removeDirectory(target);
      for (SharedMount mount : all()) {
        if (mount.recorded().filter(r -> devices.contains(r.device())).isPresent()) {
          try (Locks.Held shared = mounts.take(mount.key())) {
            mount.removeIfUnused(tokens);
          }
        }
      }
      log.info("{} is unmounted", target);
    }
  }

  /**
   * Mounts again what has died, without waiting for pods to ask for it, and removes what no pod
   * uses.
   */
  void tend() throws IOException, InterruptedException {
    IOException failure = null;
    for (SharedMount mount : all()) {
      try (Locks.Held shared = mounts.take(mount.key())) {
        mount.tend(mounter, tokens);
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private List<SharedMount> all() throws IOException {
    List<SharedMount> all = new ArrayList<>();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(directory)) {
      directories.forEach(each -> all.add(new SharedMount(each)));
    }
    return all;
  }
}
