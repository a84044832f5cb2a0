package io.forebay.dataset.shard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.DataSet;
import io.forebay.Forebay;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardIndexTest {

  @TempDir Path directory;
  private Path data;
  private Forebay forebay;
  private DataSet dataSet;

  @BeforeEach
  void open() throws IOException {
    data = Files.createDirectory(directory.resolve("data"));
    forebay = Forebay.embedded(directory.resolve("cache"));
    dataSet = forebay.dataSet(data.toUri().toString());
  }

  @AfterEach
  void close() throws IOException {
    forebay.close();
  }

  private void tar(String name, List<String> entries) throws IOException {
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(Files.newOutputStream(data.resolve(name)))) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (String entry : entries) {
        byte[] content = ("content of " + entry).getBytes(UTF_8);
        TarArchiveEntry header = new TarArchiveEntry(entry);
        header.setSize(content.length);
        tar.putArchiveEntry(header);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
  }

  private static String text(ByteBuffer bytes) {
    return UTF_8.decode(bytes).toString();
  }

  private ShardIndex index(String name) throws IOException {
    return ShardIndex.read(dataSet, dataSet.stat(name));
  }

  @Test
  void neighboursOfOneNameInATarAreOneSample() throws IOException {
    String longName = "x".repeat(150) + "/7";
    tar("s.tar", List.of("a/0.jpg", "a/0.cls", "a/1.seg.png", "a/1.cls", longName + ".jpg"));
    ShardIndex index = index("s.tar");
    assertThat(index.samples()).extracting(Sample::key).containsExactly("a/0", "a/1", longName);
    Sample second = index.samples().get(1);
    assertThat(second.parts()).containsOnlyKeys("seg.png", "cls");
    assertThat(text(index.read(second, "seg.png"))).isEqualTo("content of a/1.seg.png");
    assertThat(text(index.read(index.samples().get(2), "jpg")))
        .isEqualTo("content of " + longName + ".jpg");
    assertThatThrownBy(() -> index.read(second, "jpg"))
        .hasMessageContaining("a/1")
        .hasMessageContaining("cls");
  }

  @Test
  void recordsAreReadByTheirNumber() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String record : List.of("first", "", "the third")) {
      byte[] bytes = record.getBytes(UTF_8);
      byte[] length =
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(bytes.length).array();
      out.write(length);
      out.write(checksum(length));
      out.write(bytes);
      out.write(checksum(bytes));
    }
    Files.write(data.resolve("r.tfrecord"), out.toByteArray());
    ShardIndex index = index("r.tfrecord");
    assertThat(index.samples()).hasSize(3);
    assertThat(text(index.read(index.samples().get(2), ""))).isEqualTo("the third");
    assertThat(index.read(index.samples().get(1), "").remaining()).isZero();
  }

  private static byte[] checksum(byte[] bytes) {
    return ByteBuffer.allocate(4)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(RecordShard.masked(bytes, bytes.length))
        .array();
  }

  @Test
  void checksumsAreThoseOfTheFormat() {
    // The check value of CRC32C is known: 0xe3069283 for these nine bytes.
    assertThat(RecordShard.masked("123456789".getBytes(UTF_8), 9))
        .isEqualTo(Integer.rotateRight(0xe3069283, 15) + 0xa282ead8);
  }

  @Test
  void damagedAndUnknownFilesAreNamed() throws IOException {
    Files.write(data.resolve("bad.tfrecord"), new byte[100]);
    Files.writeString(data.resolve("bad.tar"), "no archive ".repeat(200));
    Files.writeString(data.resolve("other.zip"), "");
    assertThatThrownBy(() -> index("bad.tfrecord"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("bad.tfrecord")
        .hasMessageContaining("byte 0");
    assertThatThrownBy(() -> index("bad.tar")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> index("other.zip")).hasMessageContaining("other.zip");
  }
}
