package io.forebay.dataset.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.forebay.Forebay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassFolderTest {

  @TempDir Path directory;

  private void write(String path) throws IOException {
    Path file = directory.resolve("files").resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, path);
  }

  @Test
  void theFirstDirectoryIsTheClass() throws IOException {
    write("train/dog/2.jpg");
    write("train/cat/deep/er/3.jpg");
    write("train/dog/1.jpg");
    write("train/readme.txt");
    write("test/bird/4.jpg");
    Files.createDirectories(directory.resolve("files/train/fish")); // which a bucket cannot have
    try (Forebay forebay = Forebay.embedded(directory.resolve("cache"))) {
      FileSource source =
          FileSource.of(forebay.dataSet(directory.resolve("files").toUri().toString()));

      ClassFolder train = ClassFolder.list(source, "train");
      assertThat(train.classes()).containsExactly("cat", "dog");
      assertThat(train.samples())
          .extracting(ClassFolder.Sample::path, ClassFolder.Sample::label)
          .containsExactly(
              tuple("train/cat/deep/er/3.jpg", 0),
              tuple("train/dog/1.jpg", 1),
              tuple("train/dog/2.jpg", 1));
      assertThat(ClassFolder.list(source, "").classes()).containsExactly("test", "train");
      assertThat(StandardCharsets.UTF_8.decode(source.read("train/dog/1.jpg")).toString())
          .isEqualTo("train/dog/1.jpg");
    }
  }

  @Test
  void aTreeWithoutClassesIsAnError() throws IOException {
    write("flat/1.jpg");
    try (Forebay forebay = Forebay.embedded(directory.resolve("cache"))) {
      FileSource source =
          FileSource.of(forebay.dataSet(directory.resolve("files").toUri().toString()));
      assertThatThrownBy(() -> ClassFolder.list(source, "flat"))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContaining("CLASS/FILE");
    }
  }
}
