package io.forebay.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.DataFile;
import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.ReadOrder;
import io.forebay.control.CacheControl;
import io.forebay.dataset.epoch.EpochOrder;
import io.forebay.dataset.folder.ClassFolder;
import io.forebay.dataset.folder.FileSource;
import io.forebay.dataset.prefetch.ProgressListener;
import io.forebay.dataset.prefetch.ReadPlan;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The data set that docs/java.md shows for tests of users' code, with what they may do with it. */
class FakeDataSetTest {

  // docs/java.md
  /** Files in memory. */
  record MemoryDataSet(Map<String, byte[]> files) implements DataSet {

    @Override
    public String name() {
      return "memory";
    }

    @Override
    public FileStatus stat(String path) throws NoSuchFileException {
      if (files.containsKey(path)) {
        return FileStatus.file(path, files.get(path).length, Instant.EPOCH, "");
      }
      if (path.isEmpty() || files.keySet().stream().anyMatch(f -> f.startsWith(path + "/"))) {
        return FileStatus.directory(path);
      }
      throw new NoSuchFileException(path);
    }

    @Override
    public List<FileStatus> list(String directory) throws NoSuchFileException {
      String prefix = directory.isEmpty() ? "" : directory + "/";
      Set<String> children = new TreeSet<>();
      for (String file : files.keySet()) {
        if (file.startsWith(prefix)) {
          children.add(prefix + file.substring(prefix.length()).split("/", 2)[0]);
        }
      }
      List<FileStatus> listed = new ArrayList<>();
      for (String child : children) {
        listed.add(stat(child));
      }
      return listed;
    }

    @Override
    public void read(FileStatus file, long offset, ByteBuffer target) {
      target.put(files.get(file.path()), (int) offset, target.remaining());
    }

    @Override
    public DataFile open(FileStatus file) {
      throw new UnsupportedOperationException("the code under test opens no file");
    }
  }

  // docs/java.md

  private final DataSet fake =
      new MemoryDataSet(Map.of("train/cat/1", bytes("meow"), "train/dog/1", bytes("wuff!")));

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  @Test
  void theDocumentShowsIt() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/io/forebay/dataset/FakeDataSetTest.java"));
    String shown =
        source
            .split("  // docs/java.md\n", -1)[1]
            .stripTrailing()
            .lines()
            .map(line -> line.replaceFirst("^ {2}", ""))
            .collect(Collectors.joining("\n"));
    assertThat(Files.readString(Path.of("../docs/java.md")))
        .contains("```java\n" + shown + "\n```");
  }

  @Test
  void itIsReadInEveryWay() throws Exception {
    assertThat(fake.walk("")).extracting(FileStatus::path).contains("train/cat/1", "train/dog/1");
    assertThat(fake.exists("train/cat")).isTrue();
    assertThat(fake.exists("train/cow")).isFalse();
    assertThat(text(fake.read("train/cat/1"))).isEqualTo("meow");
    assertThat(text(fake.readAsync("train/cat/1").join())).isEqualTo("meow");
    ByteBuffer target = ByteBuffer.allocate(10);
    assertThat(fake.read("train/dog/1", target)).isEqualTo(5);
    assertThat(target.position()).isEqualTo(5);
    List<String> all = new ArrayList<>();
    fake.readAll(
        List.of("train/cat/1", "train/dog/1"), ReadOrder.STRICT, (p, b) -> all.add(text(b)));
    assertThat(all).containsExactly("meow", "wuff!");
    assertThatThrownBy(() -> fake.read("train/cow/1")).isInstanceOf(NoSuchFileException.class);
    assertThat(fake.readAsync("train/cow/1")).isCompletedExceptionally();
    assertThatThrownBy(() -> fake.read("train"))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("is a directory");
    assertThatThrownBy(() -> fake.write("x", InputStream.nullInputStream(), 0))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("memory");
  }

  @Test
  void aFolderOfItIsReadWithAPlan() throws IOException {
    FileSource source = FileSource.of(fake);
    ClassFolder folder = ClassFolder.list(source, "train");
    assertThat(folder.classes()).containsExactly("cat", "dog");
    ReadPlan plan = ReadPlan.epochs(source.walk("train"), 1, epoch -> EpochOrder.sequential(2));
    try (ProgressListener follower = source.follow(plan, 0)) {
      follower.reached(2);
    }
    assertThat(source.owners(fake.stat("train/cat/1"))).isEmpty();
  }

  @Test
  void nothingIsLoadedIntoACacheThatIsNotThere() {
    assertThatThrownBy(() -> CacheControl.of(fake).load(fake.stat("train/cat/1"), 0, 4, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("data set 'memory' was not opened by Forebay");
  }
}
