package io.forebay.kubernetes.csi;

import io.forebay.fuse.mount.MountTable;
import io.forebay.fuse.mount.MountTable.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mount in a directory of the driver, of which pods get bind mounts. The kernel's mount table
 * tells who uses it, so nothing has to be counted over the restarts of the driver. Used by one
 * thread at a time.
 *
 * @param directory which also has its {@link MountRecord}
 */
record SharedMount(Path directory) {

  private static final Logger log = LoggerFactory.getLogger(SharedMount.class);

  private static final Path ALL = Path.of("/");

  private Path point() {
    return directory.resolve("mount");
  }

  String key() {
    return directory.getFileName().toString();
  }

  Optional<MountRecord> recorded() {
    return MountRecord.read(directory);
  }

  /**
   * Sees to it that it can be read, and by all who had the mount before, if that is dead.
   *
   * @return number of its device
   */
  String serve(Volume volume, Mounter mounter) throws IOException, InterruptedException {
    Optional<Entry> mounted = MountTable.read().top(point());
    if (mounted.isPresent() && !mounted.get().isDead()) {
      return mounted.get().device();
    }
    String before =
        recorded().map(MountRecord::device).or(() -> mounted.map(Entry::device)).orElse("");
    BindMounts.remove(point());
    Files.createDirectories(point());
    MountRecord.of(volume, before).write(directory);
    mounter.mount(volume, point());
    String device =
        MountTable.read()
            .top(point())
            .map(Entry::device)
            .orElseThrow(
                () -> new IOException(point() + " was unmounted while it was being mounted"));
    for (Entry dead : users(before)) {
      log.warn("{} is dead; mounting {} over it", dead.path(), volume);
      bind(dead.path(), dead.root());
    }
    MountRecord.of(volume, device).write(directory);
    return device;
  }

  /** Shows it to a pod. */
  void bind(Path target) throws IOException {
    bind(target, ALL);
  }

  /**
   * Over whatever is there. Nothing is unmounted before: a pod that runs would see the directory
   * below, and would write to the disk of the node.
   */
  private void bind(Path target, Path root) throws IOException {
    BindMounts.add(point().resolve(ALL.relativize(root)), target);
  }

  /** Who sees the file system, but for this directory. */
  private List<Entry> users(String device) throws IOException {
    return device.isEmpty()
        ? List.of()
        : MountTable.read().of(device).stream().filter(e -> !e.path().equals(point())).toList();
  }

  /** Mounts again if its processes are gone, and takes it away if no pod uses it. */
  void tend(Mounter mounter, Tokens tokens) throws IOException, InterruptedException {
    Optional<MountRecord> record = recorded();
    if (record.isEmpty() || users(record.get().device()).isEmpty()) {
      remove(tokens);
    } else if (!record.get().secret()) { // otherwise the kubelet comes with the secrets
      serve(record.get().toVolume(), mounter);
    }
  }

  /** Takes it away if no pod uses it. */
  void removeIfUnused(Tokens tokens) throws IOException {
    if (users(recorded().map(MountRecord::device).orElse("")).isEmpty()) {
      remove(tokens);
    }
  }

  private void remove(Tokens tokens) throws IOException {
    BindMounts.remove(point());
    tokens.remove(key());
    MountRecord.delete(directory);
    Files.deleteIfExists(point());
    Files.deleteIfExists(directory);
    log.info("no pod uses {} any more; unmounted", point());
  }
}
