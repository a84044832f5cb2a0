package io.forebay.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.FileStatus;
import io.forebay.placement.Placement;
import io.forebay.understore.BulkInputStream;
import io.forebay.understore.layer.Source;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterSourceTest {

  private static final byte[] CONTENT = new byte[1_000];

  static {
    for (int i = 0; i < CONTENT.length; i++) {
      CONTENT[i] = (byte) (i * 7);
    }
  }

  private static final FileStatus FILE = FileStatus.file("file", CONTENT.length, 0, "etag");

  private final List<String> asked = new ArrayList<>();
  private final Source underStore =
      (file, offset, length) -> {
        asked.add("under-store " + offset + "+" + length);
        return new ByteArrayInputStream(CONTENT, (int) offset, (int) length);
      };

  /** A node that has some bytes of a range, and then fails. */
  private static InputStream failingAfter(int good, int offset) {
    return new BulkInputStream() {
      private int position;

      @Override
      public int read(byte[] target, int at, int length) throws IOException {
        int n = Math.min(length, good - position);
        if (n == 0) {
          throw new IOException("the node is gone");
        }
        System.arraycopy(CONTENT, offset + position, target, at, n);
        position += n;
        return n;
      }
    };
  }

  private static byte[] range(int offset, int length) {
    return Arrays.copyOfRange(CONTENT, offset, offset + length);
  }

  @Test
  void whatAnotherNodeHasIsNotAskedOfTheUnderStore() throws IOException {
    ClusterSource source =
        new ClusterSource(
            "d",
            (file, offset, length) ->
                Optional.of(new ByteArrayInputStream(CONTENT, (int) offset, (int) length)),
            underStore);
    assertThat(source.open(FILE, 100, 50).readAllBytes()).isEqualTo(range(100, 50));
    assertThat(asked).isEmpty();
  }

  @Test
  void whereNobodyIsNearerTheUnderStoreIsAsked() throws IOException {
    ClusterSource source =
        new ClusterSource("d", (file, offset, length) -> Optional.empty(), underStore);
    assertThat(source.open(FILE, 100, 50).readAllBytes()).isEqualTo(range(100, 50));
    assertThat(asked).containsExactly("under-store 100+50");
  }

  @Test
  void theUnderStoreGoesOnWhereAnotherNodeFails() throws IOException {
    ClusterSource source =
        new ClusterSource(
            "d", (file, offset, length) -> Optional.of(failingAfter(20, (int) offset)), underStore);
    assertThat(source.open(FILE, 100, 50).readAllBytes()).isEqualTo(range(100, 50));
    assertThat(asked).containsExactly("under-store 120+30");
  }

  @Test
  void aFailureOfTheUnderStoreBehindAnotherNodesIsTheAnswer() throws IOException {
    ClusterSource source =
        new ClusterSource(
            "d",
            (file, offset, length) -> Optional.of(failingAfter(0, 0)),
            (file, offset, length) -> {
              throw new IOException("the store is gone");
            });
    try (InputStream in = source.open(FILE, 0, 10)) {
      assertThatThrownBy(() -> in.read(new byte[10])).hasMessage("the store is gone");
    }
  }

  @Test
  void aRangeOverTheEdgeOfAnExtentIsTheUnderStores() throws IOException {
    long edge = Placement.EXTENT_BYTES;
    ClusterSource source =
        new ClusterSource(
            "d",
            (file, offset, length) -> {
              throw new AssertionError("two nodes may own it");
            },
            (file, offset, length) -> InputStream.nullInputStream());
    FileStatus large = FileStatus.file("large", 2 * edge, 0, "etag");
    assertThat(source.open(large, edge - 1, 2).readAllBytes()).isEmpty();
  }
}
