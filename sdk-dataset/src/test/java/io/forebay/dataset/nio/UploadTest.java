package io.forebay.dataset.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.forebay.Forebay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadTest {

  @TempDir Path directory;

  @Test
  void aWriteThatFailsFailsTheCloseAndStoresNothing() throws Exception {
    Path data = Files.createDirectory(directory.resolve("data"));
    Path disk = Files.createDirectory(directory.resolve("disk"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()))
        .as("this machine lets one mount")
        .isZero();
    try (Forebay forebay = Forebay.embedded(directory.resolve("cache"))) {
      Upload upload = new Upload(forebay.dataSet(data.toUri().toString()), "half", disk);
      assertThatThrownBy(() -> writeAll(upload, 1 << 20)).hasMessageContaining("No space");
      assertThatThrownBy(upload::close)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("half");
      assertThat(data).isEmptyDirectory();
      assertThat(disk).isEmptyDirectory();
    } finally {
      run("umount", "-l", disk.toString());
    }
  }

  private static void writeAll(Upload upload, int bytes) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(bytes);
    while (content.hasRemaining()) {
      upload.write(content);
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }
}
