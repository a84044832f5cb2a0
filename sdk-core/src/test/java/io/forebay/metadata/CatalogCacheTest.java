package io.forebay.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.FileStatus;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers that come while names change. */
class CatalogCacheTest {

  private static final FileStatus OLD = FileStatus.file("d/f", 1, 1, "old");
  private static final FileStatus NEW = FileStatus.file("d/f", 2, 2, "new");

  private final Namespace namespace = new HeapNamespace(1_000);
  private final CatalogCache answers = new CatalogCache("set", namespace);

  private void forget() throws IOException {
    answers.change(() -> namespace.clear("set"));
  }

  @Test
  void anAnswerIsAskedForOnce() throws IOException {
    assertThat(answers.stat("d/f", () -> OLD)).isEqualTo(OLD);
    assertThat(answers.stat("d/f", () -> NEW)).isEqualTo(OLD);
    assertThat(answers.list("d", () -> List.of(OLD))).containsExactly(OLD);
    assertThat(answers.list("d", () -> List.of(NEW))).containsExactly(OLD);
  }

  @Test
  void anAnswerThatWasOnItsWayDuringAChangeIsNotBelievedAfterwards() throws IOException {
    FileStatus first =
        answers.stat(
            "d/f",
            () -> {
              forget();
              return OLD;
            });
    assertThat(first).isEqualTo(OLD);
    assertThat(answers.stat("d/f", () -> NEW)).isEqualTo(NEW);

    forget();
    answers.list(
        "d",
        () -> {
          forget();
          return List.of(OLD);
        });
    assertThat(answers.list("d", () -> List.of(NEW))).containsExactly(NEW);
  }

  @Test
  void aQuestionInTheMiddleOfAChangeIsAskedAgain() throws IOException {
    answers.change(
        () -> {
          answers.stat("d/f", () -> OLD);
          answers.list("d", () -> List.of(OLD));
        });
    assertThat(answers.list("d", () -> List.of(NEW))).containsExactly(NEW);
    assertThat(answers.stat("d/f", () -> OLD)).isEqualTo(NEW);
  }
}
