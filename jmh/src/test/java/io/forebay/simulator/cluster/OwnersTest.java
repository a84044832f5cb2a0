package io.forebay.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.placement.Placement;
import io.forebay.placement.View;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class OwnersTest {

  private final Shape shape = new Shape(40, 4, 2);
  private final Files files = new Files(2_000, 1_000, 7);

  @Test
  void theOwnersUnderAnyViewAreThoseOfThePlacement() {
    Owners owners = new Owners(shape, files, 5);
    same(owners, node -> true);
    same(owners, node -> node != 3);
    same(owners, node -> shape.rack(node) != 1);
    same(owners, node -> shape.zone(node) != 2);
    same(owners, node -> node < 3);
  }

  private void same(Owners owners, IntPredicate there) {
    View view = shape.view(there);
    Known known = new Known(shape, view);
    Placement placement = Placement.of(view);
    for (int file = 0; file < files.count(); file++) {
      for (int count = 1; count <= 5; count++) {
        assertThat(owners.of(known, file, count))
            .containsExactly(
                placement.owners(files.id(file), 0, count).stream()
                    .mapToInt(shape::node)
                    .toArray());
      }
    }
  }
}
