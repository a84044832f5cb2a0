package io.forebay.fuse.mount;

import io.forebay.fuse.journal.Journal;
import io.forebay.fuse.protocol.Device;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mount that a {@link Keeper} keeps: the kernel's device, and the journal of those who serve it.
 *
 * @param begun completes with why it cannot be served, or an empty text when it is
 * @param checked completes with why it cannot be used, or an empty text; a while after that
 * @param failures processes that ended before they served it
 */
record KeptMount(
    int id,
    MountRequest request,
    MountPoint point,
    MountPoint.Lifetime lifetime,
    Device device,
    Journal journal,
    CompletableFuture<String> begun,
    CompletableFuture<String> checked,
    AtomicInteger failures) {

  private static final Logger log = LoggerFactory.getLogger(KeptMount.class);

  /**
   * Mounts.
   *
   * @throws IOException when this is not possible; then nothing is mounted
   */
  static KeptMount attach(
      int id, MountRequest request, MountPoint point, MountPoint.Lifetime lifetime)
      throws IOException {
    Journal journal = Journal.create();
    try {
      Device device =
          point.attach(request.dataSet(), MountOptions.parse(request.options()), lifetime);
      try {
        return new KeptMount(
            id,
            request.at(point),
            point.mounted(),
            lifetime,
            device,
            journal,
            new CompletableFuture<>(),
            new CompletableFuture<>(),
            new AtomicInteger());
      } catch (IOException e) {
        device.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  /** Mounts anew at the same place, with the same askers. */
  KeptMount renew() throws IOException {
    close();
    KeptMount renewed = attach(id, request, new MountPoint(point.path(), ""), lifetime);
    return new KeptMount(
        id,
        renewed.request,
        renewed.point,
        lifetime,
        renewed.device,
        renewed.journal,
        begun,
        checked,
        failures);
  }

  /** Has another process serve it, now or later. */
  void handTo(Child child) {
    child.send(new KeeperCommand.Take(id, request, point.device(), device.fd(), journal.fd()));
  }

  /** Whether nobody has served it yet. */
  boolean isNew() {
    return journal.isEmpty();
  }

  /** Tells whoever asked for it. */
  void end(String reason) {
    begun.complete(reason);
    checked.complete(reason);
  }

  /**
   * A mount that another keeper kept.
   *
   * @param point of what is mounted
   * @param device of it, which belongs to the mount from now on; the same for the journal
   */
  static KeptMount resume(
      int id, MountRequest request, MountPoint point, Device device, Journal journal) {
    return new KeptMount(
        id,
        request.at(point),
        point,
        MountPoint.Lifetime.HELD,
        device,
        journal,
        new CompletableFuture<>(),
        new CompletableFuture<>(),
        new AtomicInteger());
  }

  /** Gives the device back, and leaves the mount to others. */
  void release() {
    try {
      journal.close();
    } catch (IOException e) {
      log.debug("cannot close the journal of {}", point, e);
    }
    device.close();
  }

  /** Takes the mount away, unless it is gone, and gives the device back. */
  void close() {
    try {
      if (point.isMounted()) {
        if (isNew()) {
          point.discard();
        } else {
          point.detach();
        }
      }
    } catch (IOException e) {
      log.debug("cannot close {}", point, e);
    }
    release();
  }
}
