package io.forebay.kubernetes.csi;

import io.forebay.fuse.mount.MountTable;
import io.forebay.fuse.mount.MountTable.Entry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
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
    Optional<MountRecord> before = recorded();
    Optional<Entry> mounted = before.isPresent() ? mounted(before.get()) : Optional.empty();
    MountRecord record;
    if (mounted.isPresent()
        && (mounter.resume(volume, mounted.get().path()) || !mounted.get().isDead())) {
      record = before.get();
    } else {
      record = mount(volume, before.map(MountRecord::device).orElse(""), mounter);
    }
    String device =
        mounted(record)
            .map(Entry::device)
            .orElseThrow(
                () -> new IOException(volume + " was unmounted as soon as it was mounted"));
    if (!record.device().equals(device)) {
      for (Entry dead : users(record.device())) {
        log.warn("{} is dead; mounting {} over it", dead.path(), volume);
        bind(record, dead.path(), dead.root());
      }
      record.on(device).write(directory);
    }
    return device;
  }

  /**
   * Each time on another directory: the processes of the mount before may still be about to take
   * theirs away, and the kernel gives the numbers of devices again.
   *
   * @param device of those who wait for the mount
   */
  private MountRecord mount(Volume volume, String device, Mounter mounter)
      throws IOException, InterruptedException {
    removePoints();
    Path point = Files.createDirectories(directory.resolve(UUID.randomUUID().toString()));
    MountRecord record = MountRecord.of(volume, point.getFileName().toString(), device);
    record.write(directory);
    mounter.mount(volume, point);
    return record;
  }

  private Optional<Entry> mounted(MountRecord record) throws IOException {
    return MountTable.read().top(directory.resolve(record.point()));
  }

  /** Shows it to a pod. */
  void bind(Path target) throws IOException {
    bind(recorded().orElseThrow(), target, ALL);
  }

  /**
   * Over whatever is there. Nothing is unmounted before: a pod that runs would see the directory
   * below, and would write to the disk of the node.
   */
  private void bind(MountRecord record, Path target, Path root) throws IOException {
    Path point = directory.resolve(record.point());
    BindMounts.add(point, point.resolve(ALL.relativize(root)), target);
  }

  /** Who sees the file system, but for this directory. */
  private List<Entry> users(String device) throws IOException {
    return device.isEmpty()
        ? List.of()
        : MountTable.read().of(device).stream()
            .filter(entry -> !entry.path().startsWith(directory))
            .toList();
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
    Optional<MountRecord> record = recorded();
    if (record.isPresent() && users(record.get().device()).isEmpty()) {
      remove(tokens);
    }
  }

  private void remove(Tokens tokens) throws IOException {
    removePoints();
    tokens.remove(key());
    MountRecord.delete(directory);
    Files.deleteIfExists(directory);
    log.info("no pod uses {} any more; it is unmounted", directory);
  }

  private void removePoints() throws IOException {
    List<Path> points = new ArrayList<>();
    for (Entry entry : MountTable.read().entries()) { // those that are dead cannot be listed
      if (entry.path().startsWith(directory)) {
        points.add(entry.path());
      }
    }
    for (Path point : points) {
      BindMounts.remove(point);
    }
    if (Files.exists(directory)) {
      try (DirectoryStream<Path> empty = Files.newDirectoryStream(directory, Files::isDirectory)) {
        for (Path point : empty) {
          Files.delete(point);
        }
      }
    }
  }
}
