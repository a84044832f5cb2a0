package io.forebay.dataset.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NodeLabelsTest {

  @Test
  void labelsFollowFluidsConvention() {
    DataSetName images = new DataSetName("default", "images");
    assertThat(NodeLabels.placed(images)).isEqualTo("fluid.io/s-default-images");
    assertThat(NodeLabels.cached(images)).isEqualTo("forebay.io/cached-default-images");
  }

  @Test
  void aLongNameIsShortenedAndStaysDistinct() {
    DataSetName one = new DataSetName("team-a", "x".repeat(80) + "1");
    DataSetName two = new DataSetName("team-a", "x".repeat(80) + "2");
    assertThat(NodeLabels.placed(one))
        .startsWith("fluid.io/s-team-a-xxx")
        .hasSize("fluid.io/".length() + 63)
        .isNotEqualTo(NodeLabels.placed(two));
  }

  @Test
  void aNameOfJustTheLimitIsKept() {
    DataSetName longest = new DataSetName("n", "x".repeat(63 - "s-n-".length()));
    assertThat(NodeLabels.placed(longest)).isEqualTo("fluid.io/s-n-" + longest.name());
  }

  @Test
  void aShareHasTheLastStepThatItReached() {
    assertThat(NodeLabels.cachedStep(9.9)).isZero();
    assertThat(NodeLabels.cachedStep(10)).isEqualTo(10);
    assertThat(NodeLabels.cachedStep(74.9)).isEqualTo(50);
    assertThat(NodeLabels.cachedStep(100)).isEqualTo(90);
  }

  @Test
  void aNameThatCannotBePartOfALabelIsRefused() {
    assertThatThrownBy(() -> DataSetName.parse("default/my images", "default"))
        .hasMessageContaining("'my images' is not the name of a data set");
    assertThatThrownBy(() -> DataSetName.parse("/images", "default"))
        .hasMessageContaining("'' is not the namespace of a data set");
    assertThat(DataSetName.parse("images", "default")).hasToString("default/images");
    assertThat(DataSetName.parse("team/images", "default")).hasToString("team/images");
  }
}
