package io.forebay.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.file.FileId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void eachOfAHundredMembersOwnsByItsWeight() {
    List<Member> members = new ArrayList<>();
    long sum = 0;
    for (int i = 0; i < 100; i++) {
      long weight = List.of(1L, 2L, 4L).get(i % 3);
      members.add(Member.parse("server-" + i + "=10.0.0.1:" + (7000 + i) + " weight=" + weight));
      sum += weight;
    }
    Rendezvous placement = new Rendezvous(members);
    Map<Member, Integer> shares = new HashMap<>();
    int files = 500_000;
    for (int i = 0; i < files; i++) {
      FileId id = new FileId(random.nextLong(), random.nextLong());
      shares.merge(placement.rank(id).get(0), 1, Integer::sum);
    }
    for (Member member : members) {
      double fair = (double) files * member.weight() / sum;
      assertThat(shares.get(member) / fair).as(member.toString()).isBetween(0.9, 1.1);
    }
  }

  @Test
  void moreWeightOnlyTakesFiles() {
    List<Member> heavier = new ArrayList<>(members(4));
    heavier.set(2, Member.parse("server-2=10.0.0.2:7070 weight=2"));
    Rendezvous before = new Rendezvous(members(4));
    Rendezvous after = new Rendezvous(heavier);
    int moved = 0;
    for (FileId id : ids) {
      String now = after.rank(id).get(0).name();
      if (!before.rank(id).get(0).name().equals(now)) {
        assertThat(now).isEqualTo("server-2");
        moved++;
      }
    }
    assertThat(moved).as("from a quarter to two fifths").isBetween(2_700, 3_300);
  }

  @Test
  void theFirstInRankAreInDifferentZones() {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      members.add(Member.parse("server-" + i + "=10.0.0." + i + ":7070 zone=z" + i % 3));
    }
    Rendezvous placement = new Rendezvous(members);
    Rendezvous unzoned = new Rendezvous(members(6));
    for (FileId id : ids.subList(0, 1_000)) {
      List<Member> ranked = placement.rank(id);
      assertThat(ranked).hasSize(6);
      assertThat(ranked.subList(0, 3)).extracting(Member::zone).doesNotHaveDuplicates();
      assertThat(ranked.get(0).name()).isEqualTo(unzoned.rank(id).get(0).name());
    }
  }

  @Test
  void theSecondOfEachZoneFollowTheBestOfEach() {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      members.add(Member.parse("server-" + i + "=10.0.0." + i + ":7070 zone=z" + i % 3));
    }
    Rendezvous placement = new Rendezvous(members);
    Rendezvous unzoned = new Rendezvous(members(7));
    for (FileId id : ids.subList(0, 1_000)) {
      List<String> left = new ArrayList<>();
      unzoned.rank(id).forEach(member -> left.add(member.name()));
      List<String> expected = new ArrayList<>();
      while (!left.isEmpty()) {
        Set<Integer> zones = new HashSet<>();
        List<String> round = left.stream().filter(name -> zones.add(name.charAt(7) % 3)).toList();
        expected.addAll(round);
        left.removeAll(round);
      }
      assertThat(placement.rank(id)).extracting(Member::name).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a=h:1",
        "a=h:1,b=h:2",
        "a=h:1 zone=z,b=h:2 zone=z,c=h:3 zone=z",
        "a=h:1 zone=z,b=h:2 zone=y,c=h:3 zone=z",
        "a=h:1 zone=z weight=3,b=h:2 zone=y,c=h:3 zone=z,d=h:4 zone=z,e=h:5",
        "a=h:1 weight=7,b=h:2,c=h:3 weight=3,d=h:4"
      })
  void theFirstAreThoseOfTheRank(String members) {
    Rendezvous placement = new Rendezvous(View.parse(members).members());
    for (FileId id : ids.subList(0, 300)) {
      for (int count = 0; count < 6; count++) {
        assertThat(placement.first(id, count))
            .isEqualTo(placement.rank(id).stream().limit(count).toList());
      }
    }
  }
}
