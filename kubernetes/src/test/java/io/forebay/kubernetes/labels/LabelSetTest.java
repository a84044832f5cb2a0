package io.forebay.kubernetes.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.dataset.affinity.DataSetName;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which labels a node gets. */
class LabelSetTest {

  private static final Owner OWNER = new Owner("n1", new DataSetName("training", "forebay"), false);

  private static LabelSet labels(double percent, LabelSet before) {
    return LabelSet.of(
        Reports.of(false, Reports.dataSet("images", "Bound", percent)), OWNER, before);
  }

  @Test
  void theyFollowFluidsConventionsAndSayHowMuchIsReallyCached() {
    assertThat(labels(30, LabelSet.NONE).labels())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "forebay.io/server-training-forebay", "true",
                "fluid.io/dataset-num", "1",
                "fluid.io/s-training-images", "true",
                "fluid.io/s-h-forebay-m-training-images", "8GiB",
                "fluid.io/s-h-forebay-d-training-images", "1.5TiB",
                "fluid.io/s-h-forebay-t-training-images", "1.51TiB",
                "forebay.io/cached-training-images", "25"));
  }

  @Test
  void insideFluidOnlyOursAreWritten() {
    assertThat(
            LabelSet.of(
                    Reports.of(false, Reports.dataSet("images", "Bound", 100.0)),
                    new Owner("n1", OWNER.service(), true),
                    LabelSet.NONE)
                .labels()
                .keySet())
        .containsExactlyInAnyOrder(
            "forebay.io/server-training-forebay", "forebay.io/cached-training-images");
  }

  @Test
  void aShareThatMovesAroundAStepIsNoChange() {
    LabelSet before = labels(51, LabelSet.NONE);
    assertThat(labels(47, before)).isEqualTo(before);
    assertThat(labels(44, before).labels())
        .containsEntry("forebay.io/cached-training-images", "25");
    assertThat(labels(4, labels(10, LabelSet.NONE)).labels())
        .doesNotContainKey("forebay.io/cached-training-images");
  }

  @Test
  void aServerThatDrainsHasNone() {
    assertThat(
            LabelSet.of(
                Reports.of(true, Reports.dataSet("images", "Bound", 100.0)), OWNER, LabelSet.NONE))
        .isEqualTo(LabelSet.NONE);
  }

  @Test
  void whatIsNotServedOrCannotBeALabelHasNone() {
    assertThat(
            LabelSet.of(
                    Reports.of(
                        false,
                        Reports.dataSet("old", "NotBound", 100.0),
                        Reports.dataSet("s3://bucket/a", "Bound", null),
                        Reports.dataSet("unknown", "Bound", null)),
                    OWNER,
                    LabelSet.NONE)
                .labels()
                .keySet())
        .filteredOn(label -> label.contains("training-"))
        .allMatch(label -> label.contains("training-unknown") || label.contains("training-forebay"))
        .noneMatch(label -> label.contains("cached"));
  }

  @Test
  void theEnvironmentSaysWhetherLabelsAreWanted() throws IOException {
    assertThat(Owner.of(Map.of())).isEmpty();
    assertThat(
            Owner.of(
                Map.of(
                    "FOREBAY_NODE_LABELS",
                    "forebay",
                    "NODE_NAME",
                    "n1",
                    "POD_NAMESPACE",
                    "training")))
        .contains(OWNER);
    assertThatThrownBy(() -> Owner.of(Map.of("FOREBAY_NODE_LABELS", "forebay")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("NODE_NAME is not; set it with the downward API");
  }
}
