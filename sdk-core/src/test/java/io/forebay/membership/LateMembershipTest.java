package io.forebay.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LateMembershipTest {

  private static final View BOTH = View.parse("a=h:1, b=h:2");

  @TempDir private Path directory;

  @Test
  void aServerIsAloneUntilItsSourceIsThere() throws Exception {
    Path file = directory.resolve("members");
    try (Membership late =
        new LateMembership(
            () -> Memberships.open(file.toUri().toString()), Duration.ofMillis(20))) {
      List<View> heard = new CopyOnWriteArrayList<>();
      late.follow(heard::add);
      Member self = new Member("a", "h:1");
      late.announce(self);
      late.refresh();
      assertThat(late.view().members()).containsExactly(self);
      Files.writeString(file, "a=h:1\nb=h:2\n");
      await().atMost(ONE_MINUTE).until(() -> late.view().equals(BOTH));
      Files.writeString(file, "b=h:2\n");
      await().atMost(ONE_MINUTE).until(() -> late.view().equals(View.parse("b=h:2")));
      assertThat(heard).endsWith(BOTH, View.parse("b=h:2"));
    }
  }

  @Test
  void whatWasAnnouncedBeforeReachesTheSource() {
    RecordingMembership source = new RecordingMembership(BOTH);
    try (Membership late = new LateMembership(() -> source, Duration.ofMillis(200))) {
      Member self = new Member("a", "h:1");
      late.announce(self);
      await().atMost(ONE_MINUTE).until(() -> late.view().equals(BOTH));
      assertThat(source.announced()).containsExactly(self);
      late.announce(self.in(Member.State.DRAINING));
      assertThat(source.announced()).containsExactly(self, self.in(Member.State.DRAINING));
    }
    assertThat(source.asked()).containsExactly("close");
  }

  @Test
  void aClientIsToldThatTheSourceIsNotThere() {
    String source = directory.resolve("members").toUri().toString();
    assertThatThrownBy(() -> Memberships.open(source)).hasMessageContaining("no such file");
    try (Membership server = Memberships.join(source)) {
      assertThat(server.view().members()).isEmpty();
    }
  }

  @Test
  void anArtifactThatIsMissingIsNamed() {
    for (String artifact : List.of("dns", "etcd")) {
      assertThatThrownBy(() -> Memberships.join(artifact + "://host:1/name"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("add io.forebay:forebay-membership-" + artifact);
    }
    assertThatThrownBy(() -> Memberships.open("consul://user:secret@host:1/name"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'consul'")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> Memberships.open("etcd://user:secret@host:1/na me"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at character 29")
        .hasMessageNotContaining("secret");
  }
}
