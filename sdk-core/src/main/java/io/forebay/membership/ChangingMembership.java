package io.forebay.membership;

import io.forebay.placement.View;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A view that is exchanged for another: what implementations of {@link MembershipProvider} have in
 * common, and a membership for tests. Thread-safe.
 */
public final class ChangingMembership implements Membership {

  private final List<Consumer<View>> listeners = new CopyOnWriteArrayList<>();
  private final Runnable onRefresh;
  private final Runnable onClose;
  private volatile View view;
  private boolean closed;

  /**
   * @param onRefresh has the source looked at soon
   * @param onClose ends what exchanges the view
   */
  public ChangingMembership(View first, Runnable onRefresh, Runnable onClose) {
    this.view = first;
    this.onRefresh = onRefresh;
    this.onClose = onClose;
  }

  @Override
  public View view() {
    return view;
  }

  /**
   * Exchanges the view, and tells the listeners if it is another one.
   *
   * @return whether it is
   */
  public synchronized boolean change(View other) {
    if (closed || other.equals(view)) {
      return false;
    }
    view = other;
    listeners.forEach(listener -> listener.accept(other));
    return true;
  }

  @Override
  public synchronized void follow(Consumer<View> listener) {
    listener.accept(view);
    listeners.add(listener);
  }

  @Override
  public void refresh() {
    onRefresh.run();
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    onClose.run();
  }
}
