package io.forebay.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.FileStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every namespace promises. */
abstract class NamespaceContract {

  private Namespace namespace;

  abstract Namespace create() throws IOException;

  @BeforeEach
  final void open() throws IOException {
    namespace = create();
  }

  @AfterEach
  final void close() {
    namespace.close();
  }

  @Test
  void whatIsPutIsFound() {
    FileStatus file = FileStatus.file("a/b", 123, 456, "etag");
    namespace.put("d", file);
    namespace.put("d", FileStatus.directory("a"));

    assertThat(namespace.stat("d", "a/b")).contains(file);
    assertThat(namespace.stat("d", "a")).contains(FileStatus.directory("a"));
    assertThat(namespace.stat("d", "a/c")).isEmpty();
    assertThat(namespace.stat("other", "a/b")).isEmpty();
  }

  @Test
  void aListingIsFoundWholeAndItsEntriesToo() {
    List<FileStatus> entries = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      entries.add(FileStatus.file("dir/file-" + i + "-é", i, 2L * i, "etag" + i));
    }
    entries.add(FileStatus.directory("dir/sub"));
    namespace.putListing("d", "dir", entries);

    assertThat(namespace.list("d", "dir").orElseThrow()).containsExactlyElementsOf(entries);
    assertThat(namespace.stat("d", "dir/file-7-é")).contains(entries.get(7));
    assertThat(namespace.list("d", "dir/sub")).isEmpty();
  }

  @Test
  void anEmptyDirectoryIsNotAnUnknownOne() {
    namespace.putListing("d", "", List.of());
    assertThat(namespace.list("d", "")).contains(List.of());
    assertThat(namespace.list("d", "x")).isEmpty();
  }

  @Test
  void aNewListingReplacesTheOldOne() {
    namespace.putListing("d", "x", List.of(FileStatus.file("x/old", 1, 1, "e")));
    namespace.putListing("d", "x", List.of(FileStatus.file("x/new", 1, 1, "e")));
    assertThat(namespace.list("d", "x").orElseThrow())
        .extracting(FileStatus::path)
        .containsExactly("x/new");
  }

  @Test
  void clearingForgetsOneDataSetOnly() {
    FileStatus file = FileStatus.file("f", 1, 2, "e");
    namespace.put("d", file);
    namespace.put("other", file);
    namespace.putListing("d", "", List.of(file));
    namespace.clear("d");

    assertThat(namespace.stat("d", "f")).isEmpty();
    assertThat(namespace.list("d", "")).isEmpty();
    assertThat(namespace.stat("other", "f")).contains(file);

    namespace.put("d", file);
    assertThat(namespace.stat("d", "f")).contains(file);
  }

  @Test
  void theLongestNamesFit() {
    String path = "n".repeat(1_023);
    FileStatus file = FileStatus.file(path, 1, 2, "e".repeat(64));
    namespace.putListing("d", "", List.of(file, FileStatus.file("m".repeat(1_000), 1, 2, "e")));
    assertThat(namespace.stat("d", path)).contains(file);
    assertThat(namespace.list("d", "").orElseThrow()).hasSize(2);
  }

  @Test
  void replacingForgetsWhatIsNotInTheNewList() throws IOException {
    FileStatus old = FileStatus.file("old", 1, 2, "e");
    FileStatus other = FileStatus.file("f", 1, 2, "e");
    namespace.putListing("d", "", List.of(old));
    namespace.put("other", other);
    namespace.replace("d", visitor -> visitor.visit(FileStatus.file("new", 3, 4, "f")), 1);

    assertThat(namespace.stat("d", "old")).isEmpty();
    assertThat(namespace.list("d", "").map(List::size).orElse(1)).isEqualTo(1);
    assertThat(namespace.stat("other", "f")).contains(other);
  }

  @Test
  void aForgottenPathIsNotFoundAndNotListed() {
    FileStatus kept = FileStatus.file("x/kept", 1, 2, "e");
    FileStatus gone = FileStatus.file("x/gone", 1, 2, "e");
    namespace.putListing("d", "x", List.of(kept, gone));
    namespace.forget("d", "x/gone");

    assertThat(namespace.stat("d", "x/gone")).isEmpty();
    assertThat(namespace.stat("d", "x/kept")).contains(kept);
    assertThat(namespace.list("d", "x")).isEmpty();
  }
}
