package io.forebay.fuse.protocol;

import static io.forebay.fuse.protocol.Libc.LINKER;
import static io.forebay.fuse.protocol.Libc.impossible;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Waits until something happens to one of many descriptors, poll(2). As in {@link Libc}. */
@SuppressWarnings("restricted") // native functions are what it is for
public final class Poll {

  private static final int POLLFD_BYTES = 8;
  private static final short POLLIN = 1;

  private static final MethodHandle POLL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("poll"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private Poll() {}

  /**
   * Waits for input on some descriptors, or for the end of others: that nobody has the other end of
   * a pipe any more, or that the mount of a FUSE device is gone.
   *
   * @return those to which it happened; none when the time is over
   */
  public static Set<Integer> await(
      Collection<Integer> input, Collection<Integer> end, int milliseconds) {
    List<Integer> all = new ArrayList<>(input);
    all.addAll(end);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment polled = arena.allocate((long) POLLFD_BYTES * Math.max(1, all.size()), 8);
      for (int i = 0; i < all.size(); i++) {
        polled.set(JAVA_INT, (long) POLLFD_BYTES * i, all.get(i));
        // The end is reported without being asked for.
        polled.set(JAVA_SHORT, (long) POLLFD_BYTES * i + 4, i < input.size() ? POLLIN : 0);
      }
      int count = (int) POLL.invokeExact(polled, (long) all.size(), milliseconds);
      Set<Integer> happened = new HashSet<>();
      for (int i = 0; i < all.size() && count > 0; i++) {
        if (polled.get(JAVA_SHORT, (long) POLLFD_BYTES * i + 6) != 0) {
          happened.add(all.get(i));
        }
      }
      return happened;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }
}
