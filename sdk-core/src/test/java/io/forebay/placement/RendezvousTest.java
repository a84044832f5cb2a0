package io.forebay.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.file.FileId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RendezvousTest {

  private static final int FILES = 20_000;

  private final SplittableRandom random = new SplittableRandom(1);
  private final List<FileId> ids =
      random.longs(FILES).mapToObj(high -> new FileId(high, random.nextLong())).toList();

  private static List<Member> members(int count) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(new Member("server-" + i, "10.0.0." + i + ":7070"));
    }
    return members;
  }

  @Test
  void everyMemberGetsItsShare() {
    Rendezvous placement = new Rendezvous(members(5));
    Map<Member, Integer> shares = new HashMap<>();
    ids.forEach(id -> shares.merge(placement.rank(id).get(0), 1, Integer::sum));
    assertThat(shares).hasSize(5);
    assertThat(shares.values()).allSatisfy(n -> assertThat(n).isBetween(3_700, 4_300));
  }

  @Test
  void aNewMemberTakesItsShareAndNothingElseMoves() {
    Rendezvous before = new Rendezvous(members(4));
    Rendezvous after = new Rendezvous(members(5));
    int moved = 0;
    for (FileId id : ids) {
      Member old = before.rank(id).get(0);
      Member now = after.rank(id).get(0);
      if (!old.equals(now)) {
        assertThat(now.name()).isEqualTo("server-4");
        moved++;
      }
    }
    assertThat(moved).isBetween(FILES / 5 - 300, FILES / 5 + 300);
  }

  @Test
  void theNextInRankInheritsWhenAMemberGoes() {
    Rendezvous all = new Rendezvous(members(5));
    List<Member> left = members(5).subList(1, 5);
    Rendezvous without = new Rendezvous(left);
    for (FileId id : ids.subList(0, 1_000)) {
      List<Member> expected = all.rank(id).stream().filter(left::contains).toList();
      assertThat(without.rank(id)).isEqualTo(expected);
    }
  }

  @Test
  void membersAreParsed() {
    assertThat(Member.parse("a=host:1")).isEqualTo(new Member("a", "host:1"));
    assertThat(Member.parse("host:1")).isEqualTo(new Member("host:1", "host:1"));
    assertThatThrownBy(() -> Member.parse("a=")).hasMessageContaining("'a='");
  }
}
