package io.forebay.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.FileStatus;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FileIdTest {

  private static FileId id(String dataSet, String path, long size, long modified, String etag) {
    return FileId.of(dataSet, FileStatus.file(path, size, modified, etag));
  }

  @Test
  void everyPartOfAVersionMatters() {
    Set<FileId> ids = new HashSet<>();
    ids.add(id("d", "p", 1, 1, "e"));
    ids.add(id("d2", "p", 1, 1, "e"));
    ids.add(id("d", "p2", 1, 1, "e"));
    ids.add(id("d", "p", 2, 1, "e"));
    ids.add(id("d", "p", 1, 1, "e2"));
    ids.add(id("d", "p", 1, 1, ""));
    ids.add(id("d", "p", 1, 2, ""));
    ids.add(id("dp", "", 1, 1, "e"));
    assertThat(ids).hasSize(8);
  }

  @Test
  void anEtagMakesTheTimeIrrelevant() {
    assertThat(id("d", "p", 1, 1, "e")).isEqualTo(id("d", "p", 1, 2, "e"));
  }

  @Test
  void theBinaryFormCanBeReadBack() {
    FileId id = id("d", "p", 1, 1, "e");
    assertThat(FileId.read(ByteBuffer.wrap(id.toBytes()))).isEqualTo(id);
    assertThat(id.toString()).matches("[0-9a-f]{32}");
  }
}
