package io.forebay.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.file.FileId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PlacementTest {

  private final SplittableRandom random = new SplittableRandom(2);

  private FileId file() {
    return new FileId(random.nextLong(), random.nextLong());
  }

  @Test
  void nothingIsPlacedOnMembersThatLeave() {
    View view = View.parse("a=h:1, b=h:2 state=draining, c=h:3 state=down, d=h:4 state=joining");
    assertThat(Placement.of(view).rank(file(), 0))
        .extracting(Member::name)
        .containsExactlyInAnyOrder("a", "d");
  }

  @Test
  void theExtentsOfAFileAreSpreadOverAllMembers() {
    Placement placement = Placement.of(View.parse("a=h:1, b=h:2, c=h:3, d=h:4"));
    FileId large = file();
    Map<String, Integer> extents = new HashMap<>();
    for (int extent = 0; extent < 4_000; extent++) {
      extents.merge(placement.owners(large, extent, 1).get(0).name(), 1, Integer::sum);
    }
    assertThat(extents).hasSize(4);
    assertThat(extents.values()).allSatisfy(n -> assertThat(n).isBetween(850, 1_150));
  }

  @Test
  void anExtentIsTheSameForEachOffsetInIt() {
    long extent = Placement.EXTENT_BYTES;
    assertThat(List.of(0L, extent - 1, extent, 10 * extent + 1))
        .extracting(Placement::extent)
        .containsExactly(0, 0, 1, 10);
    assertThat(Placement.extentEnd(0, 100)).isEqualTo(100);
    assertThat(Placement.extentEnd(5, 2 * extent)).isEqualTo(extent);
    assertThat(Placement.extentEnd(extent, extent + 7)).isEqualTo(extent + 7);
  }

  @Test
  void replicasAreTheFirstOfTheRankAndInDifferentZones() {
    Placement placement =
        Placement.of(View.parse("a=h:1 zone=x, b=h:2 zone=x, c=h:3 zone=y, d=h:4 zone=y"));
    for (int i = 0; i < 500; i++) {
      FileId file = file();
      List<Member> owners = placement.owners(file, 0, 2);
      assertThat(owners).isEqualTo(placement.rank(file, 0).subList(0, 2));
      assertThat(owners).extracting(Member::zone).doesNotHaveDuplicates();
      assertThat(placement.owns(owners.get(1).name(), file, 0, 2)).isTrue();
      assertThat(placement.owns(owners.get(1).name(), file, 0, 1)).isFalse();
    }
  }

  @Test
  void moreReplicasThanMembersAreAllMembers() {
    assertThat(Placement.of(View.parse("a=h:1, b=h:2")).owners(file(), 0, 5)).hasSize(2);
    assertThat(Placement.of(View.parse("")).owners(file(), 0, 2)).isEmpty();
  }
}
