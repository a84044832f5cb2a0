package io.forebay.membership;

import io.forebay.placement.View;
import java.util.function.Consumer;

/** Members that never change. */
record StaticMembership(View view) implements Membership {

  @Override
  public void follow(Consumer<View> listener) {
    listener.accept(view);
  }

  @Override
  public void close() {}
}
