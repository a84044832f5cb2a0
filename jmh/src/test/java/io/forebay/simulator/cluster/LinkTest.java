package io.forebay.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LinkTest {

  @Test
  void transfersTakeTurns() {
    Link link = new Link(1e9);
    assertThat(link.move(0, 100)).isEqualTo(100);
    assertThat(link.move(50, 100)).isEqualTo(200);
    assertThat(link.move(300, 100)).isEqualTo(400);
    assertThat(link.bytes()).isEqualTo(300);
    assertThat(link.busyNanos()).isEqualTo(300);
  }
}
