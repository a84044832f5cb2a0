package io.forebay.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.placement.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileMembershipTest extends MembershipContract {

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("members");
    change(first());
  }

  @Override
  protected Membership open() throws IOException {
    return new FileMembershipProvider(Duration.ofMillis(20)).open(file.toUri());
  }

  @Override
  protected Membership open(View present) throws IOException {
    return open();
  }

  @Override
  protected void change(View view) throws IOException {
    Files.writeString(file, view.toString().replace(", ", "\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nobody", "a=h:1\na=h:2", "a=h:1 b=h:2"})
  void whatNamesNoMembersLeavesThemAsTheyWere(String wrong) throws Exception {
    try (Membership membership = open()) {
      List<View> heard = new CopyOnWriteArrayList<>();
      membership.follow(heard::add);
      Files.writeString(file, wrong);
      await()
          .during(Duration.ofMillis(200))
          .atMost(ONE_MINUTE)
          .until(() -> membership.view().equals(first()));
      Files.delete(file);
      await()
          .during(Duration.ofMillis(200))
          .atMost(ONE_MINUTE)
          .until(() -> membership.view().equals(first()));
      change(second());
      await().atMost(ONE_MINUTE).until(() -> membership.view().equals(second()));
      assertThat(heard).containsExactly(first(), second());
    }
  }

  @Test
  void aSourceThatCannotBeReadIsNamedAtOnce() throws IOException {
    assertThatThrownBy(() -> Memberships.open("file:" + directory + "/none"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none");
    Files.writeString(file, "");
    assertThatThrownBy(() -> Memberships.open("file:" + file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("names no member");
    assertThatThrownBy(() -> Memberships.open("consul://h:1/x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("consul", "file:");
  }

  @Test
  void aListIsNoSource() throws IOException {
    try (Membership membership = Memberships.open("a=h:1,b=h:2")) {
      assertThat(membership.view()).isEqualTo(first());
    }
    try (Membership membership = Memberships.open("unix:/run/forebay.sock")) {
      assertThat(membership.view().members()).hasSize(1);
    }
  }
}
