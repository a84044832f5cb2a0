package io.forebay.fuse.mount;

import io.forebay.fuse.hold.Held;
import io.forebay.fuse.hold.StoreLink;
import io.forebay.fuse.hold.StoreSocket;
import io.forebay.fuse.journal.Journal;
import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Libc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mounts of a {@link Keeper} that outlive it: a descriptor store has a copy of the kernel's
 * device and of the journal of each, by its mount point. The keeper that comes next, perhaps in
 * another container, takes them there and goes on. Thread-safe.
 */
final class HeldMounts implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HeldMounts.class);

  private final StoreLink store;

  /**
   * @param life one end of a pipe whose other end all processes of the keeper have
   */
  HeldMounts(StoreSocket socket, int life) {
    this.store = new StoreLink(socket, life);
  }

  /**
   * A mount point that no other keeper has until this one is gone.
   *
   * @param held what another keeper left there
   */
  record Claim(MountPoint point, Optional<Held> held) {}

  /**
   * Takes a mount point.
   *
   * @throws IOException when another keeper has it, or it cannot be mounted on
   */
  Claim claim(Path directory) throws IOException, InterruptedException {
    // What is mounted there is not asked: nobody may be there to answer.
    MountPoint point = MountPoint.of(directory);
    Optional<Held> held = store.claim(point.toString());
    if (held.isPresent()) {
      return new Claim(point, held);
    }
    try {
      return new Claim(MountPoint.at(directory), held);
    } catch (IOException e) {
      giveUp(point);
      throw e;
    }
  }

  void giveUp(Claim claim) {
    claim.held.ifPresent(HeldMounts::close);
    giveUp(claim.point);
  }

  private void giveUp(MountPoint point) {
    store.free(point.toString());
  }

  /**
   * Goes on with what is held, or mounts.
   *
   * @throws IOException when neither is possible
   */
  KeptMount attach(int id, MountRequest request, Claim claim) throws IOException {
    try {
      Optional<KeptMount> resumed =
          claim.held.isPresent()
              ? resume(id, request, claim.point, claim.held.get())
              : Optional.empty();
      KeptMount mount =
          resumed.isPresent()
              ? resumed.get()
              : KeptMount.attach(id, request, claim.point, MountPoint.Lifetime.HELD);
      keep(mount);
      return mount;
    } catch (IOException | RuntimeException e) {
      giveUp(claim.point);
      throw e;
    }
  }

  /** Empty when what is held is of no use any more. */
  private static Optional<KeptMount> resume(int id, MountRequest request, MountPoint at, Held held)
      throws IOException {
    HeldMount before = HeldMount.of(held, false);
    MountPoint point = new MountPoint(at.path(), before.device());
    if (!point.isMounted()) {
      log.info("{} was unmounted; it is mounted again", point);
      close(held);
      return Optional.empty();
    }
    if (!before.request().isServedLike(request)) {
      close(held);
      throw new IOException(
          at
              + " is held as a mount of '"
              + before.request().dataSet()
              + "' with -o '"
              + before.request().options()
              + "', which cannot become one of '"
              + request.dataSet()
              + "' with -o '"
              + request.options()
              + "'; unmount it first: forebay umount "
              + at);
    }
    Journal journal = Journal.open(held.descriptors().get(1));
    Device device = Device.of(held.descriptors().get(0));
    KeptMount mount = KeptMount.resume(id, request, point, device, journal);
    if (mount.isNew()) {
      // The kernel says only once how it wants to be talked to.
      log.info("{} was not served yet; it is mounted again", point);
      mount.close();
      return Optional.empty();
    }
    log.info("going on with the mount of {} on {}", request.dataSet(), point);
    return Optional.of(mount);
  }

  private static void close(Held held) {
    held.descriptors().forEach(Libc::close);
  }

  /** Has it held, in place of what was held there before. */
  void keep(KeptMount mount) {
    store.keep(
        new Held(
            mount.point().toString(),
            HeldMount.state(mount),
            List.of(mount.device().fd(), mount.journal().fd())));
  }

  /** It is gone, or is about to go. */
  void drop(KeptMount mount) {
    store.drop(mount.point().toString());
  }

  /** The mounts are left to the next keeper. */
  @Override
  public void close() {
    store.close();
  }
}
