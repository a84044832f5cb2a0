package io.forebay.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.Origin;
import io.forebay.file.FileId;
import io.forebay.placement.Member;
import io.forebay.placement.Placement;
import io.forebay.placement.View;
import io.forebay.read.Servers.Candidate;
import io.forebay.wire.Reach;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whom a client asks for a file. Nobody is connected to. */
class ServersTest {

  private static final View ZONES =
      View.parse("a=h:1 zone=x, b=h:2 zone=x, c=h:3 zone=y, d=h:4 zone=y, e=h:5 zone=z");

  private final SplittableRandom random = new SplittableRandom(3);
  private Servers servers;

  @AfterEach
  void close() {
    servers.close();
  }

  private void use(View view, String own, Optional<String> zone) {
    servers = new Servers(view, own, Optional.empty(), zone, Duration.ofSeconds(1));
  }

  private FileId file() {
    return new FileId(random.nextLong(), random.nextLong());
  }

  private static List<String> addresses(List<Candidate> candidates) {
    return candidates.stream().map(c -> c.server().address().toString()).toList();
  }

  @Test
  void theOwnerIsAskedAndThenTheNextInRankWhichAsksNoOtherServer() {
    use(ZONES, "", Optional.empty());
    for (int i = 0; i < 100; i++) {
      FileId file = file();
      List<Candidate> candidates = servers.candidates(file, 0, 1);
      assertThat(addresses(candidates))
          .isEqualTo(
              Placement.of(ZONES).rank(file, 0).stream().limit(2).map(Member::address).toList());
      assertThat(candidates).extracting(Candidate::owner).containsExactly(true, false);
      assertThat(candidates)
          .extracting(Candidate::reach)
          .containsExactly(Reach.CLUSTER, Reach.UNDER_STORE);
    }
  }

  @Test
  void theNearestOwnerIsAskedFirst() {
    use(ZONES, "a", Optional.empty());
    Map<Origin, Integer> first = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      List<Candidate> candidates = servers.candidates(file(), 0, 3);
      List<Candidate> owners = candidates.subList(0, 3);
      assertThat(owners).allMatch(Candidate::owner);
      assertThat(owners).extracting(Candidate::origin).isSorted();
      assertThat(candidates.get(3).owner()).isFalse();
      first.merge(candidates.get(0).origin(), 1, Integer::sum);
    }
    // Three owners are in all three zones, so there is always one in this zone.
    assertThat(first).containsOnlyKeys(Origin.OWN_SERVER, Origin.ZONE_SERVER);
  }

  @Test
  void aClientWithoutAServerSaysWhichZoneItIsIn() {
    use(ZONES, "", Optional.of("z"));
    for (int i = 0; i < 50; i++) {
      assertThat(addresses(servers.candidates(file(), 0, 3)).get(0)).isEqualTo("h:5");
    }
  }

  @Test
  void ownersThatAreEquallyNearTakeTurnsByFile() {
    use(View.parse("a=h:1, b=h:2, c=h:3"), "", Optional.empty());
    Map<String, Integer> first = new HashMap<>();
    for (int i = 0; i < 3_000; i++) {
      FileId file = file();
      String asked = addresses(servers.candidates(file, 0, 3)).get(0);
      assertThat(addresses(servers.candidates(file, 0, 3)).get(0)).isEqualTo(asked);
      first.merge(asked, 1, Integer::sum);
    }
    assertThat(first.values()).allSatisfy(n -> assertThat(n).isBetween(800, 1_200)).hasSize(3);
  }

  @Test
  void membersThatOwnNothingAreNotAskedForFiles() {
    use(View.parse("a=h:1 state=draining, b=h:2"), "", Optional.empty());
    assertThat(addresses(servers.candidates(file(), 0, 2))).containsExactly("h:2");
    assertThat(servers.nearestFirst()).hasSize(2);
  }
}
