package io.forebay;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.control.CacheControl;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that fails under resident files costs hits, and no read, in whatever way they are read.
 */
class FailingDiskTest {

  private static final String LARGE = "large.bin";

  @TempDir Path directory;
  private FailingDisk disk;
  private Bucket bucket;
  private Forebay forebay;
  private DataSet data;

  @BeforeEach
  void cacheFiles() throws Exception {
    disk = new FailingDisk(directory);
    bucket = new Bucket();
    bucket.add(LARGE, 3 << 20);
    for (int i = 0; i < 8; i++) {
      bucket.add("f" + i, 50_000);
    }
    forebay = bucket.to(Forebay.builder().embedded(disk.path().resolve("cache"))).open();
    data = forebay.dataSet(bucket.root());
    for (String path : bucket.files().keySet()) {
      data.read(path);
    }
  }

  @AfterEach
  void close() throws Exception {
    if (forebay != null) {
      forebay.close();
    }
    if (bucket != null) {
      bucket.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  private byte[] content(String path) {
    return bucket.files().get(path);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private void assertReadFromTheUnderStore(int reads) {
    assertThat(forebay.stats().reads(Origin.EMBEDDED_CACHE))
        .isEqualTo(bucket.files().size() + reads);
  }

  @Test
  void aLargeFileIsReadFromTheUnderStore() throws Exception {
    disk.fail();
    assertThat(bytes(data.read(LARGE))).isEqualTo(content(LARGE));
    assertReadFromTheUnderStore(1);
  }

  @Test
  void anOpenFileGoesOnFromTheUnderStore() throws Exception {
    try (DataFile before = data.open(LARGE)) {
      ByteBuffer half = ByteBuffer.allocate(1 << 20);
      assertThat(before.read(half)).isPositive();
      disk.fail();
      before.position(0);
      assertThat(before.asInputStream().readAllBytes()).isEqualTo(content(LARGE));
    }
    try (DataFile after = data.open("f0")) {
      assertThat(after.asInputStream().readAllBytes()).isEqualTo(content("f0"));
    }
  }

  @Test
  void smallFilesAreReadFromTheUnderStore() throws Exception {
    disk.fail();
    assertThat(bytes(data.read("f0"))).isEqualTo(content("f0"));
    List<String> rest = new ArrayList<>(bucket.files().keySet());
    rest.remove("f0");
    data.readAll(
        rest, ReadOrder.FREE, (path, read) -> assertThat(bytes(read)).isEqualTo(content(path)));
  }

  @Test
  void aFileThatCannotBeOpenedIsReadFromTheUnderStore() throws IOException {
    Path resident = CacheControl.of(data).resident(data.stat(LARGE)).orElseThrow();
    Files.delete(resident);
    // A link to itself: opening it is an error, and not that it is missing.
    Files.createSymbolicLink(resident, resident.getFileName());
    assertThat(data.map(LARGE)).isEmpty();
    try (DataFile file = data.open(LARGE)) {
      assertThat(file.asInputStream().readAllBytes()).isEqualTo(content(LARGE));
    }
    assertThat(bytes(data.read(LARGE))).isEqualTo(content(LARGE));
  }
}
