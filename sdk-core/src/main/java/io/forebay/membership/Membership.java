package io.forebay.membership;

import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.util.function.Consumer;

/**
 * The members of a cluster, as one process knows them. No two processes need to know the same at a
 * time: any server serves any file, and the view only says who is best asked. Thread-safe.
 */
public interface Membership extends AutoCloseable {

  /** The members at present. */
  View view();

  /**
   * Has a listener hear of each view that differs from the one before, in order, beginning with the
   * present one.
   *
   * @param listener must return soon
   */
  void follow(Consumer<View> listener);

  /**
   * Says that this process is a member, and in which state; called again when that changes. Does
   * not wait, and is repeated in the background until others can hear of it. Until then, and where
   * people write down the members, nothing follows from it.
   *
   * @param self with an address that others can reach
   */
  default void announce(Member self) {}

  /** Has the source looked at now instead of at the next time. Does not wait. */
  default void refresh() {}

  /**
   * Ends what was announced, so that others need not find out. Listeners hear of nothing any more
   * when this returns.
   */
  @Override
  void close();
}
