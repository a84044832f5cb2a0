package io.forebay.plan;

/**
 * The read of a file that comes next.
 *
 * @param name another one means that the read was done, or that one of another job comes before; 0
 *     when none is announced
 * @param nanos when it is expected, by the clock of {@link Plans}
 * @param pausing whether its job has not gone on for longer than is usual
 */
public record NextRead(long name, long nanos, boolean pausing) {

  static final NextRead NONE = new NextRead(0, Plans.UNKNOWN, false);

  public boolean isAnnounced() {
    return name != 0;
  }
}
