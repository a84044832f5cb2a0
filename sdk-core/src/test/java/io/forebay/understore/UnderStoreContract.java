package io.forebay.understore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.FileStatus;
import io.forebay.StaleFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every under-store promises; one subclass for each implementation. */
public abstract class UnderStoreContract {

  private UnderStore store;

  /** An empty store, wrapped as {@link UnderStores#open} does. */
  protected abstract UnderStore create() throws IOException;

  @BeforeEach
  final void open() throws IOException {
    store = create();
  }

  @AfterEach
  final void close() throws IOException {
    store.close();
  }

  @Test
  void aRootTellsWhetherAnythingIsInIt() throws IOException {
    assertThat(store.hasEntries()).isFalse();
    put("a/b", bytes(1, 1));
    assertThat(store.hasEntries()).isTrue();
  }

  @Test
  void whatIsPutCanBeReadBack() throws IOException {
    byte[] content = bytes(100_000, 1);
    FileStatus put = put("a/b.bin", content);

    assertThat(put.size()).isEqualTo(100_000);
    assertThat(put.etag()).isNotEmpty();
    assertThat(store.stat("a/b.bin")).isEqualTo(put);
    assertThat(read(put, 0, 100_000)).isEqualTo(content);
  }

  @Test
  void rangesAreExact() throws IOException {
    byte[] content = bytes(5_000, 2);
    FileStatus file = put("ranges", content);

    for (int[] range : new int[][] {{0, 1}, {4_999, 1}, {1, 4_998}, {0, 5_000}, {2_000, 700}}) {
      byte[] expected = java.util.Arrays.copyOfRange(content, range[0], range[0] + range[1]);
      assertThat(read(file, range[0], range[1])).isEqualTo(expected);
    }
  }

  @Test
  void aWriteThatHasNotEndedIsInNoListingAndCanBeAbandoned() throws Exception {
    byte[] content = new byte[32 << 20]; // several parts, where there are parts
    PipedOutputStream held = new PipedOutputStream();
    InputStream blocked = new PipedInputStream(held);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<FileStatus> writing =
          threads.submit(
              () ->
                  store.put(
                      "d/half",
                      new SequenceInputStream(blocked, new ByteArrayInputStream(content)),
                      content.length));
      await().atMost(ONE_MINUTE).until(() -> store.unfinished().size() == 1);
      assertThat(TreeListing.walk(d -> TreeListing.list(store, d), "", Runnable::run, 1)).isEmpty();
      assertThat(store.unfinished().get(0).path()).startsWith("d/");

      store.abandon(store.unfinished().get(0));
      assertThat(store.unfinished()).isEmpty();
      held.close();
      assertThatThrownBy(writing::get).hasCauseInstanceOf(IOException.class);
      assertThatThrownBy(() -> store.stat("d/half")).isInstanceOf(NoSuchFileException.class);
    } finally {
      held.close();
      threads.shutdown();
    }
  }

  @Test
  void anEmptyFileHasSizeZero() throws IOException {
    assertThat(put("empty", new byte[0]).size()).isZero();
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> store.stat("no/such"))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("no/such");
  }

  @Test
  void aFileDeletedAfterItsStatIsMissingWhenOpened() throws IOException {
    FileStatus file = put("short-lived", bytes(10, 3));
    store.delete("short-lived");

    assertThatThrownBy(() -> read(file, 0, 10)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void deletingWhatIsNotThereSucceeds() throws IOException {
    store.delete("never-was");
  }

  @Test
  void aDirectoryIsThereWithNothingInIt() throws IOException {
    store.makeDirectory("made/inner");
    store.makeDirectory("made/inner");
    assertThat(store.stat("made/inner")).isEqualTo(FileStatus.directory("made/inner"));
    assertThat(store.list("made/inner", "").entries()).isEmpty();
    assertThat(store.list("made", "").entries())
        .containsExactly(FileStatus.directory("made/inner"));
  }

  @Test
  void onlyAnEmptyDirectoryIsRemoved() throws IOException {
    store.makeDirectory("made");
    put("made/file", bytes(10, 18));
    assertThatThrownBy(() -> store.removeDirectory("made"))
        .isInstanceOf(DirectoryNotEmptyException.class);
    store.delete("made/file");
    assertThat(store.stat("made").directory()).isTrue();
    store.removeDirectory("made");
    assertThatThrownBy(() -> store.stat("made")).isInstanceOf(NoSuchFileException.class);
    store.removeDirectory("made");
    FileStatus file = put("a-file", bytes(10, 19));
    store.removeDirectory("a-file");
    assertThat(store.stat("a-file")).isEqualTo(file);
  }

  @Test
  void anOldVersionIsNotReadFromANewObject() throws IOException {
    FileStatus old = put("changing", bytes(1_000, 4));
    FileStatus young = put("changing", bytes(2_000, 5));

    assertThat(young.etag()).isNotEqualTo(old.etag());
    assertThatThrownBy(() -> read(old, 0, 1_000))
        .isInstanceOf(StaleFileException.class)
        .hasMessageContaining("changing")
        .hasMessageContaining("refresh");
  }

  @Test
  void aRenamedFileHasItsContentUnderTheNewNameOnly() throws IOException {
    byte[] content = bytes(100_000, 13);
    FileStatus old = put("from/old", content);
    put("to/new", bytes(5, 14));

    FileStatus young = store.rename(old, "to/new");
    assertThat(young).isEqualTo(store.stat("to/new"));
    assertThat(read(young, 0, 100_000)).isEqualTo(content);
    assertThatThrownBy(() -> store.stat("from/old")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> store.rename(old, "to/third")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aFileThatChangedIsNotRenamed() throws IOException {
    FileStatus old = put("changed", bytes(10, 15));
    FileStatus young = put("changed", bytes(11, 16));

    assertThatThrownBy(() -> store.rename(old, "elsewhere")).isInstanceOf(StaleFileException.class);
    assertThat(store.stat("changed")).isEqualTo(young);
    assertThatThrownBy(() -> store.stat("elsewhere")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void keysAreListedInOrderFromAnyPointOn() throws IOException {
    if (store.keys().isEmpty()) {
      return; // a store of directories
    }
    for (String path : List.of("A", "a-b", "a/b", "é", "😀", "z")) {
      put(path, bytes(3, 17));
    }
    KeyListing keys = store.keys().get();
    assertThat(keys.list("").files())
        .extracting(FileStatus::path)
        .containsExactly("A", "a-b", "a/b", "z", "é", "😀");
    KeyListing.Page rest = keys.list("a-c");
    assertThat(rest.files()).hasSize(4).contains(store.stat("a/b"));
    assertThat(rest.last()).isEqualTo("😀");
    assertThat(rest.more()).isFalse();
    assertThat(keys.list("😁").files()).isEmpty();
  }

  @Test
  void aParentOfFilesIsADirectory() throws IOException {
    put("x/y/z", bytes(1, 6));

    assertThat(store.stat("x")).isEqualTo(FileStatus.directory("x"));
    assertThat(store.stat("x/y").directory()).isTrue();
    assertThat(store.stat("").directory()).isTrue();
  }

  @Test
  void aListingHasDirectChildrenOnly() throws IOException {
    FileStatus top = put("top", bytes(3, 7));
    put("dir/one", bytes(4, 8));
    put("dir/sub/two", bytes(5, 9));

    assertThat(TreeListing.list(store, ""))
        .containsExactlyInAnyOrder(top, FileStatus.directory("dir"));
    assertThat(TreeListing.list(store, "dir"))
        .extracting(FileStatus::path)
        .containsExactlyInAnyOrder("dir/one", "dir/sub");
  }

  @Test
  void namesMayHoldSpacesAndSignsAndOtherAlphabets() throws IOException {
    for (String name : List.of("with space", "a+b&c=d%20", "été/中文/😀.jpg", "quote'\"<x>")) {
      FileStatus file = put("odd/" + name, bytes(10, 10));
      assertThat(store.stat("odd/" + name)).isEqualTo(file);
      assertThat(read(file, 0, 10)).hasSize(10);
    }
    assertThat(TreeListing.list(store, "odd"))
        .extracting(FileStatus::name)
        .containsExactlyInAnyOrder("with space", "a+b&c=d%20", "été", "quote'\"<x>");
  }

  @Test
  void aMissingDirectoryCannotBeListed() {
    assertThatThrownBy(() -> TreeListing.list(store, "nowhere"))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void anEmptyRootIsAnEmptyDirectory() throws IOException {
    assertThat(TreeListing.list(store, "")).isEmpty();
  }

  @Test
  void aWalkFindsEveryFileOfAWideTree() throws IOException {
    List<String> expected = new ArrayList<>();
    for (int d = 0; d < 12; d++) {
      for (int f = 0; f < 5; f++) {
        String path = "tree/d" + d + "/e" + (d % 3) + "/f" + f;
        put(path, bytes(1, f));
        expected.add(path);
      }
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<FileStatus> files =
          TreeListing.walk(d -> TreeListing.list(store, d), "tree", threads, 4);
      assertThat(files).extracting(FileStatus::path).containsExactlyInAnyOrderElementsOf(expected);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aListingOfMoreThanAPageIsWhole() throws IOException {
    int count = moreThanAPage();
    for (int i = 0; i < count; i++) {
      put("many/" + i, new byte[] {1});
    }
    List<FileStatus> entries = TreeListing.list(store, "many");
    assertThat(entries).hasSize(count);
    assertThat(new HashSet<>(entries)).hasSize(count);
  }

  @Test
  void aPutWhoseContentEndsEarlyLeavesNothing() {
    byte[] tooShort = bytes(10, 11);
    assertThatThrownBy(() -> store.put("half", new ByteArrayInputStream(tooShort), 20))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("half");
    assertThatThrownBy(() -> store.stat("half")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aStreamMayBeClosedBeforeItsEnd() throws IOException {
    FileStatus file = put("long", bytes(3_000_000, 12));
    for (int i = 0; i < 20; i++) {
      try (InputStream in = store.open(file, 0, 3_000_000)) {
        assertThat(in.read()).isNotNegative();
      }
    }
  }

  /** Files that one page of a listing cannot hold. */
  protected int moreThanAPage() {
    return 1_203;
  }

  protected final FileStatus put(String path, byte[] content) throws IOException {
    return store.put(path, new ByteArrayInputStream(content), content.length);
  }

  protected final byte[] read(FileStatus file, long offset, int length) throws IOException {
    try (InputStream in = store.open(file, offset, length)) {
      return in.readAllBytes();
    }
  }

  protected static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  protected final UnderStore store() {
    return store;
  }
}
