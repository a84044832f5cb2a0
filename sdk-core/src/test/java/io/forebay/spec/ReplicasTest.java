package io.forebay.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ReplicasTest {

  @Test
  void theHighestNumberOfAllPathsAboveCounts() {
    Replicas replicas = Replicas.of(2).with("train", 3).with("train/rare", 1).with("x/y", 4);
    assertThat(replicas.of("val/1")).isEqualTo(2);
    assertThat(replicas.of("train")).isEqualTo(3);
    assertThat(replicas.of("train/1")).isEqualTo(3);
    assertThat(replicas.of("train/rare/1")).isEqualTo(3);
    assertThat(replicas.of("training/1")).isEqualTo(2);
    assertThat(replicas.of("x/y/z")).isEqualTo(4);
    assertThat(replicas.most()).isEqualTo(4);
  }

  @Test
  void aGlobMeansWhatItMatchesAndNothingElse() {
    Replicas replicas = Replicas.ONE.with("train/*.rec", 3).with("bi*", 2);
    assertThat(replicas.of("train/1.rec")).isEqualTo(3);
    assertThat(replicas.of("train/1.idx")).isEqualTo(1);
    assertThat(replicas.of("train/deep/1.rec")).isEqualTo(1);
    assertThat(replicas.of("big")).isEqualTo(2);
    assertThat(replicas.of("x/big")).isEqualTo(1);
    assertThatThrownBy(() -> Replicas.ONE.with("train/[", 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no glob");
    assertThatThrownBy(() -> Replicas.ONE.with("train/*\t3", 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("control character");
  }

  @Test
  void thereIsAtLeastOne() {
    assertThatThrownBy(() -> Replicas.of(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1");
  }
}
