package io.forebay.membership;

import io.forebay.placement.View;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A view that is exchanged for another: what implementations of {@link MembershipProvider} have in
 * common, and a membership for tests. Thread-safe.
 */
public final class ChangingMembership implements Membership {

  private static final Logger log = LoggerFactory.getLogger(ChangingMembership.class);

  private final List<Consumer<View>> listeners = new CopyOnWriteArrayList<>();
  private final Runnable onClose;
  private volatile View view;
  private boolean closed;

  /**
   * @param onClose ends what exchanges the view
   */
  public ChangingMembership(View first, Runnable onClose) {
    this.view = first;
    this.onClose = onClose;
  }

  @Override
  public View view() {
    return view;
  }

  /** Exchanges the view, and tells the listeners if it is another one. */
  public synchronized void change(View other) {
    if (closed || other.equals(view)) {
      return;
    }
    view = other;
    log.info("the cluster has {} members (view {})", other.members().size(), other.id());
    listeners.forEach(listener -> listener.accept(other));
  }

  @Override
  public synchronized void follow(Consumer<View> listener) {
    listener.accept(view);
    listeners.add(listener);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    onClose.run();
  }
}
