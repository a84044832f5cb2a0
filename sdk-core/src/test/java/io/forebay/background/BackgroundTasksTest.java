package io.forebay.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class BackgroundTasksTest {

  private final BackgroundTasks tasks = new BackgroundTasks();

  @Test
  void anErrorIsKnownUntilTheTaskSucceeds() throws InterruptedException {
    tasks.run(
        "moving",
        () -> {
          throw new AssertionError("no such class");
        });
    tasks.run(
        "listing",
        () -> {
          throw new IOException("no route");
        });
    assertThat(tasks.failures())
        .containsEntry("moving", "java.lang.AssertionError: no such class")
        .containsEntry("listing", "java.io.IOException: no route");
    tasks.run("moving", () -> {});
    assertThat(tasks.failures()).containsOnlyKeys("listing");
    tasks.forget("listing");
    assertThat(tasks.failures()).isEmpty();
  }

  @Test
  void anInterruptIsNoFailure() {
    assertThatThrownBy(
            () ->
                tasks.run(
                    "waiting",
                    () -> {
                      throw new InterruptedException();
                    }))
        .isInstanceOf(InterruptedException.class);
    assertThat(tasks.failures()).isEmpty();
  }
}
