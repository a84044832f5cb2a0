package io.forebay.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.placement.View;
import io.forebay.read.RealCandidates;
import io.forebay.simulator.cluster.Candidates.Candidate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CandidatesTest {

  private static final int CLIENT = 5;

  private final Shape shape = new Shape(12, 3, 2);
  private final Files files = new Files(300, 1_000, 7);
  private final Owners owners = new Owners(shape, files, 4);
  private final View view = shape.view();
  private final Outages outages = new Outages(shape.nodes());
  private final Suspects suspects = new Suspects(outages);

  private Candidates candidates(int replicas) {
    return new Candidates(shape, owners, CLIENT, replicas, suspects, new int[shape.nodes()]);
  }

  private List<Candidate> of(int file, int replicas) {
    return candidates(replicas).of(new Known(shape, view), file, (int) files.id(file).low(), 0);
  }

  /** But owners at the same distance, whose order differs from client to client. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theyAreThoseOfARealClient(int replicas) {
    try (RealCandidates real = new RealCandidates(view, view.members().get(CLIENT).name())) {
      for (int file = 0; file < files.count(); file++) {
        List<RealCandidates.Asked> simulated =
            of(file, replicas).stream()
                .map(
                    c ->
                        new RealCandidates.Asked(
                            view.members().get(c.node()).address(), c.origin(), c.owner()))
                .toList();
        List<RealCandidates.Asked> expected = real.of(files.id(file), replicas);
        assertThat(simulated).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(simulated)
            .extracting(c -> c.origin() + " " + c.owner())
            .isEqualTo(expected.stream().map(c -> c.origin() + " " + c.owner()).toList());
      }
    }
  }

  @Test
  void aServerThatIsDownIsReplacedByTheNextInRank() {
    int owner = of(0, 1).get(0).node();
    int next = of(0, 1).get(1).node();
    outages.add(owner, 0, Long.MAX_VALUE);
    suspects.failed(owner, 0);
    assertThat(of(0, 1)).extracting(Candidate::node).first().isEqualTo(next);
    assertThat(of(0, 1)).extracting(Candidate::owner).containsExactly(false, false);
  }
}
