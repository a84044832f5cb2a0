package io.forebay.understore.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.spec.DataSetSpec;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnfinishedWrite;
import io.forebay.understore.layer.UnderStores;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnfinishedFilesTest {

  @TempDir Path directory;

  private static UnderStore open(URI root) throws IOException {
    return UnderStores.open(DataSetSpec.of(root, Map.of()));
  }

  /** Writes what comes from its standard input. */
  static final class Writer {
    public static void main(String[] arguments) throws IOException {
      try (UnderStore store = open(URI.create(arguments[0]))) {
        store.put("checkpoint", System.in, 1_000_000);
      }
    }
  }

  /** As a new process does. */
  private List<UnfinishedWrite> writeAnotherAndLook() throws IOException {
    try (UnderStore store = open(directory.toUri())) {
      store.put("other", new ByteArrayInputStream(new byte[1]), 1);
      return store.unfinished();
    }
  }

  private boolean hasBeenWrittenTo() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(file -> file.toFile().length() == 100);
    }
  }

  @Test
  void whatAKilledWriterLeftIsRemovedByTheNextAndWhatALivingOneWritesIsNot() throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Writer.class.getName(),
                directory.toUri().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      writer.getOutputStream().write(new byte[100]);
      writer.getOutputStream().flush();
      await().atMost(ONE_MINUTE).until(this::hasBeenWrittenTo);
      assertThat(writeAnotherAndLook()).hasSize(1);
    } finally {
      writer.destroyForcibly();
      assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(writeAnotherAndLook()).isEmpty();
    assertThat(directory.resolve("checkpoint")).doesNotExist();
  }
}
