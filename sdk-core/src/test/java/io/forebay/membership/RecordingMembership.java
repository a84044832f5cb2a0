package io.forebay.membership;

import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Members that never change, and what was asked of them. */
final class RecordingMembership implements Membership {

  private final View view;
  private final List<Member> announced = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  RecordingMembership(View view) {
    this.view = view;
  }

  List<Member> announced() {
    return announced;
  }

  /** Of what is asked without a word: refresh, close. */
  List<String> asked() {
    return asked;
  }

  @Override
  public View view() {
    return view;
  }

  @Override
  public void follow(Consumer<View> listener) {
    listener.accept(view);
  }

  @Override
  public void announce(Member self) {
    announced.add(self);
  }

  @Override
  public void refresh() {
    asked.add("refresh");
  }

  @Override
  public void close() {
    asked.add("close");
  }
}
