package io.forebay.fuse.fs;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.FileStatus;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListingPredictorTest {

  private final ListingPredictor walk = new ListingPredictor();

  private List<String> list(String directory, String... directories) {
    return walk.next(directory, Arrays.stream(directories).map(FileStatus::directory).toList(), 2);
  }

  @Test
  void whoListsADirectoryIsExpectedToGoThroughThoseInIt() {
    assertThat(list("", "a", "b", "c", "d")).containsExactly("a", "b");
    assertThat(list("a")).containsExactly("b", "c");
    assertThat(list("b")).containsExactly("c", "d");
    assertThat(list("c")).containsExactly("d");
    assertThat(list("d")).isEmpty();
  }

  @Test
  void whoListsHereAndThereIsNotExpectedToGoOn() {
    list("", "a", "b", "c", "d", "e", "f", "g");
    assertThat(list("c")).isEmpty();
    assertThat(list("f")).isEmpty();
    assertThat(list("b")).isEmpty();
    assertThat(list("d")).as("after c").containsExactly("e", "f");
  }

  @Test
  void goesIntoADirectoryBeforeItsNeighbour() {
    list("", "a", "b", "c");
    assertThat(list("a", "a/x", "a/y")).containsExactly("a/x", "a/y");
    assertThat(list("a/x")).containsExactly("a/y");
    assertThat(list("a/y")).isEmpty();
    assertThat(list("b")).containsExactly("c");
  }
}
