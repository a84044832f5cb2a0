package io.forebay.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ViewTest {

  @Test
  void theSameMembersAreTheSameViewInAnyOrder() {
    View view = View.parse("b=h:2, a=h:1");
    assertThat(View.parse("a=h:1\n# a comment\n\nb=h:2  # the second\n")).isEqualTo(view);
    assertThat(view.id()).isEqualTo(View.parse("a=h:1,b=h:2").id()).hasSize(16);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a=h:1", "a=h:1, b=h:3", "a=h:1, b=h:2 zone=z", "a=h:1, b=h:2 state=draining"})
  void othersAreAnotherView(String other) {
    assertThat(View.parse(other).id()).isNotEqualTo(View.parse("a=h:1, b=h:2").id());
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    View view =
        View.parse(
            "a=h:1 admin=h:2 node=n zone=z weight=2TiB state=joining protocol=9, unix:/run/f, h:4");
    assertThat(View.parse(view.toString())).isEqualTo(view);
    assertThat(view.members().get(0).weight()).isEqualTo(2L << 40);
    assertThat(view.members().get(0).protocol()).isEqualTo(9);
    assertThat(view.members()).extracting(Member::name).contains("unix:/run/f", "h:4");
  }

  @ParameterizedTest
  @CsvSource({
    "a=, 'a='",
    "=h:1, '=h:1'",
    "a=host, 'host' is not host:port",
    "a=http://h:1, 'http://h:1' is not host:port",
    "a=h:1 size=3, 'size=3'",
    "a=h:1 weight=0, weight of member 'a'",
    "a=h:1 weight=much, 'much'",
    "a=h:1 state=away, joining",
    "a=h:1 protocol=new, protocol=new",
    "a=h:1 protocol=-1, protocol of member 'a'"
  })
  void whatIsNoMemberIsNamed(String text, String named) {
    assertThatThrownBy(() -> View.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  @Test
  void aNameIsOneMembers() {
    assertThatThrownBy(() -> View.parse("a=h:1,a=h:2")).hasMessageContaining("'a' is named twice");
  }
}
