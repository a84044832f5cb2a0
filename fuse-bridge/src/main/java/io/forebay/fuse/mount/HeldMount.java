package io.forebay.fuse.mount;

import io.forebay.fuse.hold.Held;
import io.forebay.fuse.hold.StoreSocket;
import io.forebay.fuse.hold.StoreSocket.Listed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A mount that a descriptor store holds.
 *
 * @param device number of what is mounted, as /proc/self/mountinfo has it
 * @param served whether a keeper has it; otherwise its readers wait for one
 */
public record HeldMount(MountRequest request, String device, boolean served) {

  /**
   * What a store holds.
   *
   * @throws IOException when no store answers
   */
  public static List<HeldMount> list(StoreSocket store) throws IOException {
    return store.list().stream().map(HeldMount::of).toList();
  }

  /**
   * Takes a mount away that a store holds, also where no process serves it, and has the store
   * forget it: whoever waits for an answer of the mount gets an error then.
   *
   * @return whether there was one
   * @throws IOException when it cannot be taken away, or no store answers
   */
  public static boolean remove(Path point, StoreSocket store) throws IOException {
    MountPoint at = MountPoint.of(point);
    boolean mounted = Mount.removeIfMounted(point);
    store.drop(at.toString());
    return mounted;
  }

  private static HeldMount of(Listed listed) {
    return of(listed.held(), listed.used());
  }

  static HeldMount of(Held held, boolean served) {
    String[] parts = held.state().split(" ", 2);
    return new HeldMount(MountRequest.parse(parts[1]), parts[0], served);
  }

  /** The inverse of {@link #of(Held, boolean)}. */
  static String state(KeptMount mount) {
    return mount.point().device() + " " + mount.request();
  }
}
