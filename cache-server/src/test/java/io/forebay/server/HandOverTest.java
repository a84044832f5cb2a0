package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.placement.Placement;
import io.forebay.placement.View;
import io.forebay.understore.BulkInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HandOverTest {

  private long now = Long.MAX_VALUE - 5; // the clock may overflow
  private final HandOver handOver = new HandOver(() -> now);

  private static Placement placement(int number) {
    return Placement.of(View.parse("a=h:" + number));
  }

  @Test
  void theLatestPlacementsAreRememberedForSomeTime() {
    List<Placement> all = IntStream.range(0, 5).mapToObj(HandOverTest::placement).toList();
    all.forEach(handOver::remember);
    assertThat(handOver.placements()).containsExactly(all.get(4), all.get(3), all.get(2));
    now += TimeUnit.MINUTES.toNanos(29);
    Placement later = placement(7);
    handOver.remember(later);
    now += TimeUnit.MINUTES.toNanos(2);
    assertThat(handOver.placements()).containsExactly(later);
  }

  @Test
  void theFirstFormerOwnerThatHasTheBytesAnswers() throws IOException {
    byte[] bytes = {1, 2, 3};
    InputStream has = new ByteArrayInputStream(bytes);
    try (InputStream answer = handOver.first(List.of(failing(), has, failing()))) {
      assertThat(answer.readAllBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void formerOwnersThatHaveNothingAreSeldomAskedUntilOneHasSomething() throws IOException {
    handOver.remember(placement(1));
    for (int i = 0; i < 40; i++) {
      InputStream answer = handOver.first(List.of(failing()));
      assertThatThrownBy(() -> answer.read(new byte[1])).isInstanceOf(IOException.class);
    }
    assertThat(asked(160)).isEqualTo(10);
    assertThat(handOver.first(List.of(new ByteArrayInputStream(new byte[1]))).read()).isZero();
    assertThat(asked(160)).isEqualTo(160);
  }

  @Test
  void anotherPlacementIsWorthAskingAgain() {
    handOver.remember(placement(1));
    for (int i = 0; i < 40; i++) {
      InputStream answer = handOver.first(List.of(failing()));
      assertThatThrownBy(() -> answer.read(new byte[1])).isInstanceOf(IOException.class);
    }
    handOver.remember(placement(2));
    assertThat(asked(5)).isEqualTo(5);
  }

  private long asked(int times) {
    return IntStream.range(0, times).filter(i -> !handOver.placements().isEmpty()).count();
  }

  private static InputStream failing() {
    return new BulkInputStream() {
      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        throw new IOException("not cached");
      }
    };
  }
}
