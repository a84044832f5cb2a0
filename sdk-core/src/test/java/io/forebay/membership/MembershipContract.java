package io.forebay.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.placement.View;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What each membership that changes does. */
public abstract class MembershipContract {

  /** The members in the beginning. */
  protected View first() {
    return View.parse("a=h:1, b=h:2");
  }

  /** One of them and another. */
  protected View second() {
    return View.parse("a=h:1, c=h:3 zone=z");
  }

  /** With the members of {@link #first}. */
  protected abstract Membership open() throws Exception;

  /** Has others as the members. */
  protected abstract void change(View view) throws Exception;

  @Test
  void aListenerHearsOfThePresentViewAndOfEachOther() throws Exception {
    try (Membership membership = open()) {
      List<View> heard = new CopyOnWriteArrayList<>();
      membership.follow(heard::add);
      assertThat(heard).containsExactly(first());
      assertThat(membership.view()).isEqualTo(first());
      change(second());
      await().atMost(ONE_MINUTE).until(() -> heard.size() == 2);
      assertThat(membership.view()).isEqualTo(second());
      change(first());
      await().atMost(ONE_MINUTE).until(() -> heard.size() == 3);
      assertThat(heard).containsExactly(first(), second(), first());
    }
  }

  @Test
  void aListenerThatComesLaterHearsOfThePresentView() throws Exception {
    try (Membership membership = open()) {
      change(second());
      await().atMost(ONE_MINUTE).until(() -> membership.view().equals(second()));
      List<View> heard = new CopyOnWriteArrayList<>();
      membership.follow(heard::add);
      assertThat(heard).containsExactly(second());
    }
  }

  @Test
  void aChangeIsFoundAfterARefresh() throws Exception {
    try (Membership membership = open()) {
      change(second());
      membership.refresh();
      await().atMost(ONE_MINUTE).until(() -> membership.view().equals(second()));
      membership.refresh();
      assertThat(membership.view()).isEqualTo(second());
    }
  }

  @Test
  void nobodyHearsOfAnythingOnceItIsClosed() throws Exception {
    List<View> heard = new CopyOnWriteArrayList<>();
    Membership membership = open();
    membership.follow(heard::add);
    membership.close();
    change(second());
    try (Membership other = open(second())) {
      assertThat(other.view()).isEqualTo(second());
    }
    assertThat(heard).containsExactly(first());
  }

  /** Another one that knows of the last change. */
  protected abstract Membership open(View present) throws Exception;
}
