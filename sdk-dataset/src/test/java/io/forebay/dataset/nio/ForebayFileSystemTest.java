package io.forebay.dataset.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.control.CacheControl;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForebayFileSystemTest {

  @TempDir Path directory;
  private Path data;
  private Forebay forebay;
  private DataSet dataSet;
  private FileSystem files;

  @BeforeEach
  void open() throws IOException {
    data = Files.createDirectories(directory.resolve("data"));
    write("train/cat/1.jpg", "cat one");
    write("train/cat/2.jpg", "cat two");
    write("train/dog/1.png", "dog");
    write("readme.txt", "read me");
    forebay = Forebay.embedded(directory.resolve("cache"));
    dataSet = forebay.dataSet(data.toUri().toString());
    files = ForebayFileSystemProvider.of(dataSet, false);
  }

  @AfterEach
  void close() throws IOException {
    forebay.close();
  }

  private void write(String path, String content) throws IOException {
    Path file = data.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  @Test
  void treesAreWalkedListedAndMatched() throws IOException {
    try (Stream<Path> walk = Files.walk(files.getPath("/train"))) {
      assertThat(walk.map(Path::toString))
          .containsExactlyInAnyOrder(
              "/train",
              "/train/cat",
              "/train/cat/1.jpg",
              "/train/cat/2.jpg",
              "/train/dog",
              "/train/dog/1.png");
    }
    try (DirectoryStream<Path> jpegs =
        Files.newDirectoryStream(files.getPath("train/cat"), "1.*")) {
      assertThat(jpegs).containsExactly(files.getPath("train/cat/1.jpg"));
    }
    assertThat(
            files
                .getPathMatcher("glob:/train/*/*.{jpg,png}")
                .matches(files.getPath("/train/dog/1.png")))
        .isTrue();
    assertThatThrownBy(() -> Files.list(files.getPath("/readme.txt")))
        .isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> Files.list(files.getPath("/none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void filesAreReadInEveryWay() throws IOException {
    Path cat = files.getPath("/train/./cat/../cat/1.jpg");
    assertThat(Files.readString(cat)).isEqualTo("cat one");
    assertThat(Files.size(cat)).isEqualTo(7);
    assertThat(Files.exists(files.getPath("/train/cat/3.jpg"))).isFalse();
    assertThat(Files.isDirectory(files.getPath("/"))).isTrue();
    assertThat(Files.isWritable(cat)).isFalse();
    try (SeekableByteChannel channel = Files.newByteChannel(cat)) {
      ByteBuffer bytes = ByteBuffer.allocate(3);
      channel.position(4).read(bytes);
      assertThat(new String(bytes.array(), UTF_8)).isEqualTo("one");
    }
    for (int time = 0; time < 2; time++) { // from a copy, then from the cache
      try (FileChannel channel = FileChannel.open(cat, StandardOpenOption.READ)) {
        assertThat(channel.map(FileChannel.MapMode.READ_ONLY, 0, 7).get(6)).isEqualTo((byte) 'e');
      }
      CacheControl.of(dataSet).load(dataSet.stat("train/cat/1.jpg"), 0, 7, 1);
    }
    Files.copy(cat, directory.resolve("copy"));
    assertThat(directory.resolve("copy")).hasContent("cat one");
  }

  @Test
  void attributesAreTheDataSets() throws IOException {
    Path cat = files.getPath("/train/cat/1.jpg");
    BasicFileAttributes attributes = Files.readAttributes(cat, BasicFileAttributes.class);
    assertThat(attributes.isRegularFile()).isTrue();
    assertThat(attributes.lastModifiedTime().toMillis())
        .isEqualTo(Files.getLastModifiedTime(data.resolve("train/cat/1.jpg")).toMillis());
    assertThat(Files.readAttributes(cat, "size,isDirectory"))
        .containsExactly(Map.entry("size", 7L), Map.entry("isDirectory", false));
    assertThatThrownBy(() -> Files.readAttributes(cat, PosixFileAttributes.class))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(Files.getFileStore(cat).isReadOnly()).isTrue();
  }

  @Test
  void nothingCanBeChangedUnlessItWasOpenedForWriting() {
    Path cat = files.getPath("/train/cat/1.jpg");
    assertThatThrownBy(() -> Files.writeString(cat, "x"))
        .isInstanceOf(ReadOnlyFileSystemException.class);
    assertThatThrownBy(() -> Files.delete(cat)).isInstanceOf(ReadOnlyFileSystemException.class);
    assertThatThrownBy(() -> Files.createDirectory(files.getPath("/new")))
        .isInstanceOf(ReadOnlyFileSystemException.class);
    assertThatThrownBy(() -> Files.move(cat, files.getPath("/moved")))
        .isInstanceOf(ReadOnlyFileSystemException.class);
    assertThatThrownBy(() -> Files.setLastModifiedTime(cat, FileTime.fromMillis(0)))
        .isInstanceOf(ReadOnlyFileSystemException.class);
  }

  @Test
  void whatIsWrittenIsStoredAsAWholeWhenItIsClosed() throws IOException {
    FileSystem writable = ForebayFileSystemProvider.of(dataSet, true);
    Path fresh = writable.getPath("/train/bird/1.jpg");
    try (OutputStream out = Files.newOutputStream(fresh)) {
      out.write("bi".getBytes(UTF_8));
      assertThat(data.resolve("train/bird/1.jpg")).doesNotExist();
      out.write("rd".getBytes(UTF_8));
    }
    assertThat(data.resolve("train/bird/1.jpg")).hasContent("bird");
    assertThat(Files.readString(fresh)).isEqualTo("bird");
    assertThatThrownBy(() -> Files.writeString(fresh, "x", StandardOpenOption.APPEND))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> Files.writeString(fresh, "x", StandardOpenOption.CREATE_NEW))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> Files.copy(fresh, writable.getPath("/readme.txt")))
        .isInstanceOf(FileAlreadyExistsException.class);
    Files.copy(fresh, writable.getPath("/readme.txt"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(data.resolve("readme.txt")).hasContent("bird");
    Files.move(fresh, writable.getPath("/moved"));
    assertThat(Files.exists(fresh)).isFalse();
    assertThatThrownBy(() -> Files.delete(writable.getPath("/train")))
        .isInstanceOf(DirectoryNotEmptyException.class);
    Files.delete(writable.getPath("/moved"));
    assertThat(data.resolve("moved")).doesNotExist();
  }

  @Test
  void theJdkFindsADataSetByItsUri() throws IOException {
    String root = data.toUri().toString();
    URI uri = ForebayFileSystemProvider.uri(root, "/");
    assertThatThrownBy(() -> Path.of(uri)).isInstanceOf(FileSystemNotFoundException.class);
    assertThatThrownBy(() -> FileSystems.newFileSystem(uri, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'cache'");
    Map<String, String> cache = Map.of("cache", directory.resolve("cache-2").toString());
    try (FileSystem opened = FileSystems.newFileSystem(uri, cache)) {
      Path path = opened.getPath("/train/cat/1.jpg");
      assertThat(Path.of(path.toUri())).isEqualTo(path);
      assertThat(Files.readString(Path.of(path.toUri()))).isEqualTo("cat one");
      assertThatThrownBy(() -> FileSystems.newFileSystem(uri, cache))
          .isInstanceOf(FileSystemAlreadyExistsException.class);
    }
    assertThatThrownBy(() -> FileSystems.getFileSystem(uri))
        .isInstanceOf(FileSystemNotFoundException.class);
  }

  @Test
  void commonsCompressReadsATarShard() throws IOException {
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(Files.newOutputStream(data.resolve("shard.tar")))) {
      for (String name : List.of("000.jpg", "000.cls", "001.jpg")) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(name.length());
        tar.putArchiveEntry(entry);
        tar.write(name.getBytes(UTF_8));
        tar.closeArchiveEntry();
      }
    }
    Path shard = files.getPath("/shard.tar");
    try (InputStream in = Files.newInputStream(shard);
        TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
      assertThat(tar.getNextEntry().getName()).isEqualTo("000.jpg");
      assertThat(new String(tar.readAllBytes(), UTF_8)).isEqualTo("000.jpg");
    }
    try (TarFile tar = new TarFile(Files.newByteChannel(shard))) { // random access
      TarArchiveEntry last = tar.getEntries().get(2);
      assertThat(tar.getInputStream(last).readAllBytes()).hasSize(7);
    }
  }

  @Test
  void luceneSearchesAnIndex() throws IOException {
    try (IndexWriter writer =
        new IndexWriter(
            FSDirectory.open(data.resolve("index")),
            new IndexWriterConfig(new StandardAnalyzer()))) {
      for (String text : List.of("a cat on a mat", "a dog", "another cat")) {
        Document document = new Document();
        document.add(new TextField("text", text, Field.Store.YES));
        writer.addDocument(document);
      }
    }
    try (FSDirectory index = FSDirectory.open(files.getPath("/index"));
        DirectoryReader reader = DirectoryReader.open(index)) {
      assertThat(new IndexSearcher(reader).count(new TermQuery(new Term("text", "cat"))))
          .isEqualTo(2);
    }
  }
}
