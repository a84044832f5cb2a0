package io.forebay.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Under a clock of its own. */
class DampedMembershipTest {

  private static final View BOTH = View.parse("a=h:1, b=h:2");
  private static final View ONLY_A = View.parse("a=h:1");
  private static final View B_LEFT_OUT = View.parse("a=h:1, b=h:2 state=down");

  private record Task(Instant due, Runnable work) {}

  private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparing(Task::due));
  private Instant now = Instant.EPOCH;
  private final ChangingMembership source = new ChangingMembership(BOTH, () -> {}, () -> {});
  private final Membership damped =
      DampedMembership.around(
          source, () -> now, (delay, work) -> tasks.add(new Task(now.plus(delay), work)));

  @AfterEach
  void close() {
    damped.close();
  }

  private void pass(Duration time) {
    Instant end = now.plus(time);
    while (!tasks.isEmpty() && !tasks.peek().due().isAfter(end)) {
      Task task = tasks.remove();
      now = task.due();
      task.work().run();
    }
    now = end;
  }

  private void restartB(Duration away, Duration there) {
    source.change(ONLY_A);
    pass(away);
    source.change(BOTH);
    pass(there);
  }

  private void flapB(int times) {
    for (int i = 0; i < times; i++) {
      restartB(Duration.ofSeconds(5), Duration.ofSeconds(10));
    }
  }

  @Test
  void restartsAreNotPunished() {
    List<View> heard = new ArrayList<>();
    damped.follow(heard::add);
    flapB(Damping.ALLOWED);
    assertThat(heard).hasSize(1 + 2 * Damping.ALLOWED).containsOnly(BOTH, ONLY_A);
    assertThat(damped.view()).isEqualTo(BOTH);
  }

  @Test
  void oneRestartAfterAnotherIsNotPunishedEither() {
    for (int i = 0; i < 50; i++) {
      restartB(Duration.ofSeconds(30), Damping.WINDOW.dividedBy(Damping.ALLOWED));
      assertThat(damped.view()).isEqualTo(BOTH);
    }
  }

  @Test
  void aFlappingMemberIsLeftOutUntilItIsSteady() {
    flapB(Damping.ALLOWED + 1);
    assertThat(damped.view()).isEqualTo(B_LEFT_OUT);
    List<View> heard = new ArrayList<>();
    damped.follow(heard::add);
    flapB(20);
    assertThat(heard).containsOnly(B_LEFT_OUT, ONLY_A);
    pass(Damping.STEADY.minusSeconds(11));
    assertThat(damped.view()).isEqualTo(B_LEFT_OUT);
    pass(Duration.ofSeconds(2));
    assertThat(damped.view()).as("without a change of the source").isEqualTo(BOTH);
  }

  @Test
  void aMemberThatFlapsOnIsLeftOutAtOnce() {
    flapB(Damping.ALLOWED + 1);
    pass(Damping.STEADY);
    assertThat(damped.view()).isEqualTo(BOTH);
    restartB(Duration.ofSeconds(5), Duration.ofSeconds(5));
    assertThat(damped.view()).isEqualTo(B_LEFT_OUT);
  }

  @Test
  void whatWasLongAgoIsForgotten() {
    flapB(Damping.ALLOWED + 1);
    source.change(ONLY_A);
    pass(Damping.WINDOW.plusSeconds(1));
    source.change(View.parse("a=h:1, c=h:3"));
    source.change(BOTH);
    assertThat(damped.view()).isEqualTo(BOTH);
  }

  @Test
  void goingDownCountsAsGoing() {
    for (int i = 0; i <= Damping.ALLOWED; i++) {
      source.change(B_LEFT_OUT);
      source.change(BOTH);
    }
    assertThat(damped.view()).isEqualTo(B_LEFT_OUT);
  }

  @Test
  void otherChangesOfAMemberAreShownAtOnce() {
    for (int i = 0; i < 20; i++) {
      View draining = View.parse("a=h:1, b=h:" + i + " state=draining");
      source.change(draining);
      assertThat(damped.view()).isEqualTo(draining);
      source.change(BOTH);
      assertThat(damped.view()).isEqualTo(BOTH);
    }
  }

  @Test
  void aSourceOfWhichAllMembersFlapIsShownAsItIs() {
    for (int i = 0; i < 20; i++) {
      source.change(View.parse("x=h:9"));
      source.change(BOTH);
    }
    assertThat(damped.view()).isEqualTo(BOTH);
  }

  @Test
  void whatIsAnnouncedReachesTheSource() {
    RecordingMembership recording = new RecordingMembership(BOTH);
    try (Membership around = DampedMembership.around(recording)) {
      around.announce(new Member("a", "h:1"));
      around.refresh();
    }
    assertThat(recording.announced()).containsExactly(new Member("a", "h:1"));
    assertThat(recording.asked()).containsExactly("refresh", "close");
  }
}
