package io.forebay.membership;

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

  /** Listeners hear of nothing any more when this returns. */
  @Override
  void close();
}
