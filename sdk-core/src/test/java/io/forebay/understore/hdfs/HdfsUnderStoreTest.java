package io.forebay.understore.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.FileStatus;
import io.forebay.NoSpaceException;
import io.forebay.StaleFileException;
import io.forebay.snapshot.Snapshot;
import io.forebay.snapshot.SnapshotBuilder;
import io.forebay.snapshot.SnapshotInfo;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreContract;
import io.forebay.understore.UnderStoreException;
import io.forebay.understore.layer.UnderStores;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against a real name node and data node; each test has a directory of its own. */
class HdfsUnderStoreTest extends UnderStoreContract {

  @TempDir private static Path directory;

  private static MiniDFSCluster cluster;
  private static int roots;

  private String root;

  @BeforeAll
  static void start() throws IOException {
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.toString());
    configuration.set("dfs.namenode.fs-limits.min-block-size", "4096");
    configuration.set("dfs.ls.limit", "10");
    cluster = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    cluster.waitActive();
  }

  @AfterAll
  static void stop() {
    cluster.shutdown();
  }

  @Override
  protected UnderStore create() throws IOException {
    root = "/root" + roots++;
    cluster.getFileSystem().mkdirs(new org.apache.hadoop.fs.Path(root));
    return open(Map.of());
  }

  /** A durable write is slow here, and so are a thousand of them. */
  @Override
  protected int moreThanAPage() {
    return 23;
  }

  private UnderStore open(Map<String, String> others) throws IOException {
    Map<String, String> options = new HashMap<>(others);
    options.put("dfs.replication", "1");
    return UnderStores.open(DataSetSpec.of(URI.create(cluster.getURI() + root), options));
  }

  private org.apache.hadoop.fs.Path path(String name) {
    return new org.apache.hadoop.fs.Path(root + "/" + name);
  }

  @Test
  void aFileThatWasAppendedToIsAnotherVersion() throws IOException {
    FileStatus before = put("log", bytes(1_000, 30));
    try (var out = cluster.getFileSystem().append(path("log"))) {
      out.write(bytes(10, 31));
    }
    assertThatThrownBy(() -> read(before, 0, 1_000)).isInstanceOf(StaleFileException.class);
    assertThat(store().stat("log").size()).isEqualTo(1_010);
  }

  @Test
  void aFileThatIsReplacedWhileItIsReadIsStale() throws IOException {
    byte[] content = bytes(3 << 20, 34);
    FileStatus file = put("file", content);
    try (InputStream in = store().open(file, 0, content.length)) {
      assertThat(in.readNBytes(1_000)).isEqualTo(Arrays.copyOf(content, 1_000));
      put("file", bytes(content.length, 35));
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(StaleFileException.class)
          .hasMessageContaining("file");
    }
  }

  @Test
  void aBlockThatIsDamagedOnItsDataNodeIsAnError() throws IOException {
    FileStatus file = put("damaged", bytes(100_000, 36));
    var block = DFSTestUtil.getFirstBlock(cluster.getFileSystem(), path("damaged"));
    assertThat(cluster.corruptBlockOnDataNodes(block)).isEqualTo(1);
    try (UnderStore impatient = open(Map.of("dfs.client.retry.window.base", "1"))) {
      assertThatThrownBy(() -> impatient.open(file, 0, 100_000).readAllBytes())
          .isInstanceOf(UnderStoreException.class)
          .hasMessageContaining("damaged");
    }
  }

  @Test
  void inSafeModeFilesAreReadAndChangesAreRefusedClearly() throws IOException {
    byte[] content = bytes(1_000, 32);
    FileStatus file = put("before", content);
    cluster.getFileSystem().setSafeMode(SafeModeAction.ENTER);
    try {
      assertThat(read(file, 0, 1_000)).isEqualTo(content);
      assertThatThrownBy(() -> put("during", content))
          .isInstanceOf(UnderStoreException.class)
          .hasMessageContaining("safe mode");
    } finally {
      cluster.getFileSystem().setSafeMode(SafeModeAction.LEAVE);
    }
  }

  @Test
  void aQuotaThatIsUsedUpIsNamed() throws IOException {
    store().makeDirectory("small");
    cluster.getFileSystem().setQuota(path("small"), HdfsConstants.QUOTA_DONT_SET, 1_000_000);
    assertThatThrownBy(() -> put("small/file", bytes(2_000_000, 34)))
        .isInstanceOf(NoSpaceException.class)
        .hasMessageContaining("small/file")
        .hasMessageContaining("quota");
    assertThat(store().list("small", "").entries()).isEmpty();
  }

  @Test
  void missingPermissionsAreSaid() throws IOException {
    put("private/file", bytes(10, 33));
    cluster.getFileSystem().setPermission(path("private"), new FsPermission((short) 0700));
    try (UnderStore stranger = open(Map.of("hadoop.user.name", "stranger"))) {
      assertThatThrownBy(() -> stranger.list("private", ""))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("private")
          .hasMessageContaining("stranger");
    }
  }

  @Test
  void aSnapshotLacksWhatMayNotBeReadAndCountsIt(@TempDir Path directory) throws IOException {
    put("open/file", bytes(10, 34));
    put("private/file", bytes(10, 35));
    cluster.getFileSystem().setPermission(path("private"), new FsPermission((short) 0700));
    try (UnderStore stranger = open(Map.of("hadoop.user.name", "stranger"))) {
      SnapshotInfo info =
          new SnapshotBuilder(stranger, 2, found -> {}).build(directory.resolve("snapshot"));
      assertThat(info.files()).isEqualTo(1);
      assertThat(info.unreadable()).isEqualTo(1);
    }
    try (Snapshot snapshot = Snapshot.open(directory.resolve("snapshot"))) {
      assertThat(snapshot.info().unreadable()).isEqualTo(1);
      assertThatThrownBy(() -> snapshot.stat("private")).isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void withoutItsRootNothingIsSaidToBeMissing() throws IOException {
    cluster.getFileSystem().delete(path(""), true);
    assertThatThrownBy(() -> store().stat("file")).isInstanceOf(UnderStoreException.class);
    assertThatThrownBy(() -> store().list("", "")).isInstanceOf(UnderStoreException.class);
  }

  @Test
  void optionsOfOtherStoresAreRefused() {
    assertThatThrownBy(() -> open(Map.of("fs.oss.endpoint", "x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fs.oss.endpoint");
  }
}
