package io.forebay.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedMapsTest {

  @TempDir Path directory;

  private SharedMaps generation(String generation) throws IOException {
    return SharedMaps.open(directory, generation, 10_000, new MapTrouble(kind -> {})).orElseThrow();
  }

  @Nested
  class SharedNamespaceTest extends NamespaceContract {
    @Override
    Namespace create() throws IOException {
      SharedMaps maps = generation("g");
      maps.residency().close();
      return maps.namespace();
    }
  }

  @Test
  void whatOneOpeningWritesAnotherReads() throws IOException {
    SharedMaps owner = generation("g");
    SharedMaps reader = generation("g");
    FileStatus file = FileStatus.file("p", 5, 6, "etag");
    FileId id = FileId.of("d", file);
    owner.namespace().put("d", file);
    owner.residency().put(id, new Residency.Location(0, 5));

    assertThat(reader.namespace().stat("d", "p")).contains(file);
    assertThat(reader.residency().find(id)).contains(new Residency.Location(0, 5));
    owner.residency().remove(id);
    assertThat(reader.residency().find(id)).isEmpty();
    owner.close();
    reader.close();
  }

  @Test
  void aNewGenerationStartsEmptyAndTheOldFilesGo() throws IOException {
    SharedMaps old = generation("g1");
    old.namespace().put("d", FileStatus.file("p", 5, 6, "etag"));
    SharedMaps young = generation("g2");
    SharedMaps.deleteOthers(directory, "g2");

    assertThat(young.namespace().stat("d", "p")).isEmpty();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).allMatch(f -> f.toString().endsWith(".g2"));
    }
    // Whoever still has the old ones open can go on reading them.
    assertThat(old.namespace().stat("d", "p")).isPresent();
    old.close();
    young.close();
  }

  @Test
  void aMapThatWasClosedHasNothingAndDoesNotFail() throws IOException {
    SharedMaps maps = generation("g");
    maps.close();
    assertThat(maps.namespace().stat("d", "p")).isEmpty();
    assertThat(maps.residency().find(new FileId(1, 2))).isEmpty();
  }
}
