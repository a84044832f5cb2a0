package io.forebay.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.placement.View;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What each membership that changes does. */
abstract class MembershipContract {

  static final View FIRST = View.parse("a=h:1, b=h:2");
  static final View SECOND = View.parse("a=h:1, c=h:3 zone=z");

  /** With the members of {@link #FIRST}. */
  abstract Membership open() throws Exception;

  /** Has others as the members. */
  abstract void change(View view) throws Exception;

  @Test
  void aListenerHearsOfThePresentViewAndOfEachOther() throws Exception {
    try (Membership membership = open()) {
      List<View> heard = new CopyOnWriteArrayList<>();
      membership.follow(heard::add);
      assertThat(heard).containsExactly(FIRST);
      assertThat(membership.view()).isEqualTo(FIRST);
      change(SECOND);
      await().atMost(ONE_MINUTE).until(() -> heard.size() == 2);
      assertThat(membership.view()).isEqualTo(SECOND);
      change(FIRST);
      await().atMost(ONE_MINUTE).until(() -> heard.size() == 3);
      assertThat(heard).containsExactly(FIRST, SECOND, FIRST);
    }
  }

  @Test
  void aListenerThatComesLaterHearsOfThePresentView() throws Exception {
    try (Membership membership = open()) {
      change(SECOND);
      await().atMost(ONE_MINUTE).until(() -> membership.view().equals(SECOND));
      List<View> heard = new CopyOnWriteArrayList<>();
      membership.follow(heard::add);
      assertThat(heard).containsExactly(SECOND);
    }
  }

  @Test
  void nobodyHearsOfAnythingOnceItIsClosed() throws Exception {
    List<View> heard = new CopyOnWriteArrayList<>();
    Membership membership = open();
    membership.follow(heard::add);
    membership.close();
    change(SECOND);
    try (Membership other = open(SECOND)) {
      assertThat(other.view()).isEqualTo(SECOND);
    }
    assertThat(heard).containsExactly(FIRST);
  }

  /** Another one that knows of the last change. */
  abstract Membership open(View present) throws Exception;
}
