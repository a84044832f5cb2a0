package io.forebay.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.Bucket;
import io.forebay.FileStatus;
import io.forebay.SnapshotRefusedException;
import io.forebay.UnknownDataSetException;
import io.forebay.file.FileVersion;
import io.forebay.fill.NoRoomException;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.MetadataPolicy;
import io.forebay.spec.Mount;
import io.forebay.spec.Retain;
import io.forebay.spec.SnapshotId;
import io.forebay.spec.SnapshotTolerance;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetLifeTest {

  @TempDir private Path directory;

  private Bucket bucket;
  private CacheNode node;

  @BeforeEach
  void open() throws IOException {
    bucket = new Bucket();
    bucket.add("train/1", 100);
    bucket.add("train/2", 200);
    node = openNode();
  }

  private CacheNode openNode() throws IOException {
    CacheNode opened = CacheNode.open(NodeOptions.of(directory.resolve("cache"), 1 << 30));
    opened.share();
    return opened;
  }

  @AfterEach
  void close() throws IOException {
    node.close();
    bucket.close();
  }

  private DataSetSpec spec(String name) {
    return new DataSetSpec(name, URI.create(bucket.root()), bucket.options());
  }

  private static void read(NodeDataSet dataSet, String path) throws IOException {
    FileVersion file = FileVersion.of(dataSet.spec().name(), dataSet.catalog().stat(path));
    dataSet.reads().read(file, 0, ByteBuffer.allocate((int) file.size()));
  }

  private static List<String> names(NodeDataSet dataSet, String path) throws IOException {
    return dataSet.catalog().list(path).stream().map(FileStatus::path).sorted().toList();
  }

  @Test
  void aSnapshotAnswersWithoutTheUnderStoreUntilTheNext() throws Exception {
    NodeDataSet data = node.add(spec("d"));
    SnapshotId first = data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    long requests = bucket.server().traffic().counts().total();

    bucket.add("train/3", 300);
    assertThat(names(data, "train")).containsExactly("train/1", "train/2");
    assertThat(data.catalog().stat("train/2").size()).isEqualTo(200);
    assertThatThrownBy(() -> data.catalog().stat("train/3"))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("snapshot");
    assertThat(bucket.server().traffic().counts().total()).isEqualTo(requests);

    data.refresh();
    assertThat(names(data, "train")).containsExactly("train/1", "train/2", "train/3");
    assertThat(node.catalog("d@" + first).list("train")).hasSize(2);
    data.use(first);
    assertThat(names(data, "train")).hasSize(2);
  }

  @Test
  void theSnapshotInUseOutlivesARestart() throws Exception {
    node.add(spec("d")).snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    node.close();
    bucket.add("train/3", 300);
    node = openNode();
    NodeDataSet data = node.add(spec("d"));
    assertThat(names(data, "train")).hasSize(2);
    assertThat(node.awaitMaps(Duration.ofSeconds(60))).isTrue();
    assertThat(names(data, "train")).hasSize(2);
    assertThat(node.status().dataSets().get("d").snapshot().orElseThrow().bytes()).isEqualTo(300);
  }

  @Test
  void aListingThatFailsLeavesTheFormerSnapshotInUse() throws Exception {
    NodeDataSet data = node.add(spec("d"));
    SnapshotId first = data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    bucket.server().rotateKey("other", "keys");
    assertThatThrownBy(() -> data.refresh())
        .isInstanceOf(java.nio.file.AccessDeniedException.class);
    assertThat(data.snapshots().inUse()).contains(first);
    assertThat(names(data, "train")).hasSize(2);
  }

  @Test
  void snapshotsAreDroppedUnlessInUseAndTheOldestGoByThemselves() throws Exception {
    NodeDataSet data = node.add(spec("d"));
    SnapshotId first = data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    assertThatThrownBy(() -> data.snapshots().drop(first)).hasMessageContaining("in use");
    assertThat(data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {}))
        .isEqualTo(first);
    bucket.add("young", 1);
    SnapshotId second = data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    data.snapshots().drop(first);
    assertThatThrownBy(() -> node.catalog("d@" + first)).isInstanceOf(NoSuchFileException.class);
    for (int i = 0; i < 5; i++) {
      bucket.add("young", 2 + i);
      data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    }
    assertThat(data.snapshots().all()).hasSize(4).doesNotContain(second);
  }

  @Test
  void whatIsCachedOfADataSetThatIsNotServedAnyMoreIsDroppedByItsName() throws Exception {
    read(node.add(spec("d")), "train/1");
    node.close();
    node = openNode();
    assertThat(node.status().store().usages()).hasSize(1);
    assertThat(node.drop("d").files()).isEqualTo(1);
    assertThat(node.status().store().usages()).isEmpty();
    assertThatThrownBy(() -> node.drop("d"))
        .isInstanceOf(io.forebay.UnknownDataSetException.class)
        .hasMessageContaining("nothing to drop");
  }

  @Test
  void mountsChangeWhileInUseAndKeepWhatIsCached() throws Exception {
    NodeDataSet data = node.add(spec("d"));
    data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    read(data, "train/1");
    long gets = bucket.gets("train/1");
    Path more = Files.createDirectories(directory.resolve("more"));
    Files.writeString(more.resolve("file"), "x");

    Mount old = data.spec().mounts().get(0);
    Mount added = new Mount("more", more.toUri(), Map.of(), Map.of(), true);
    node.apply(new DataSetSpec("d", List.of(old, added), CachePolicy.DEFAULT));
    assertThat(names(data, "")).containsExactly("more", "train");
    read(data, "more/file");
    read(data, "train/1");
    assertThat(bucket.gets("train/1")).isEqualTo(gets);
  }

  @Test
  void aSourceThatLooksEmptyDoesNotTakeTheNamesAway() throws Exception {
    Path source = Files.createDirectory(directory.resolve("source"));
    for (String name : List.of("1", "2", "3", "4")) {
      Files.writeString(source.resolve(name), name);
    }
    NodeDataSet data = node.add(new DataSetSpec("files", source.toUri(), Map.of()));
    SnapshotId first = data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    Files.delete(source.resolve("1"));
    Files.delete(source.resolve("2"));
    SnapshotId half = data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    assertThat(half).isNotEqualTo(first);

    Files.delete(source.resolve("3"));
    Files.delete(source.resolve("4"));
    assertThatThrownBy(data::refresh)
        .isInstanceOf(SnapshotRefusedException.class)
        .hasMessageContaining("0 files")
        .hasMessageContaining("--allow-shrink");
    assertThat(data.snapshots().inUse()).contains(half);
    assertThat(data.snapshots().all()).hasSize(2);
    assertThat(names(data, "")).containsExactly("3", "4");
    assertThat(data.status().listingProblem()).contains("--allow-shrink");

    data.snapshot(Duration.ZERO, new SnapshotTolerance(true, true), found -> {});
    assertThat(names(data, "")).isEmpty();
    assertThat(data.status().listingProblem()).isEmpty();
  }

  @Test
  void aDroppedDataSetTakesCacheAndNamesWithItAndLeavesOthersAlone() throws Exception {
    NodeDataSet data = node.add(spec("d"));
    NodeDataSet other = node.add(spec("other"));
    data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    read(data, "train/1");
    read(other, "train/1");
    node.pin("d", "train");

    assertThat(node.drop("d").files()).isEqualTo(1);
    assertThatThrownBy(() -> node.dataSet("d")).isInstanceOf(UnknownDataSetException.class);
    assertThat(node.store().fileCount()).isEqualTo(1);
    NodeDataSet again = node.add(spec("d"));
    assertThat(again.snapshots().all()).isEmpty();
    assertThat(node.store().status().usages())
        .filteredOn(s -> s.name().equals("d"))
        .allMatch(s -> s.pins().isEmpty());
  }

  @Test
  void aPruneKeepsWhatTheSnapshotHas() throws Exception {
    NodeDataSet data = node.add(spec("d"));
    data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    read(data, "train/1");
    read(data, "train/2");
    bucket.add("train/1", 150);
    data.refresh();
    CacheNode.PruneRequest request =
        new CacheNode.PruneRequest(
            Optional.empty(), Optional.empty(), Optional.empty(), true, false);
    assertThat(node.prune("d", request).files()).isEqualTo(1);
    assertThat(node.store().fileCount()).isEqualTo(1);
  }

  @Test
  void hundredsOfDataSetsKeepToThemselves() throws Exception {
    for (int i = 0; i < 300; i++) {
      NodeDataSet data = node.add(spec("d" + i));
      if (i % 10 == 0) {
        data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
        read(data, "train/1");
      }
    }
    bucket.add("train/3", 1);
    node.dataSet("d20").refresh();
    assertThat(names(node.dataSet("d20"), "train")).hasSize(3);
    assertThat(names(node.dataSet("d30"), "train")).hasSize(2);
    assertThat(node.status().dataSets()).hasSize(300);
  }

  @Test
  void withThePolicyAlwaysEachQuestionReachesTheUnderStore() throws Exception {
    node.awaitMaps(Duration.ofSeconds(60));
    NodeDataSet data = node.add(spec("d", new MetadataPolicy(true, Optional.empty())));
    assertThat(names(data, "train")).hasSize(2);
    bucket.add("train/3", 300);
    assertThat(names(data, "train")).hasSize(3);
    bucket.add("train/1", 150);
    assertThat(data.catalog().stat("train/1").size()).isEqualTo(150);
  }

  @Test
  void aDataSetIsListedAnewAsOftenAsItsPolicySays() throws Exception {
    NodeDataSet data =
        node.add(spec("d", new MetadataPolicy(false, Optional.of(Duration.ofSeconds(1)))));
    SnapshotId first = data.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    bucket.add("train/3", 300);
    await().atMost(ONE_MINUTE).until(() -> names(data, "train").size() == 3);
    assertThat(data.snapshots().inUse().orElseThrow()).isGreaterThan(first);
  }

  private DataSetSpec spec(String name, MetadataPolicy metadata) {
    CachePolicy usual = CachePolicy.DEFAULT;
    return new DataSetSpec(
        name,
        spec(name).mounts(),
        new CachePolicy(
            usual.retain(),
            0,
            usual.maxBytes(),
            usual.timeToLive(),
            usual.maxRequests(),
            0,
            true,
            usual.replicas(),
            usual.localCopy(),
            metadata));
  }

  @Test
  void whatIsLoadedIsResidentAndWhatDoesNotFitIsSaid() throws Exception {
    NodeDataSet data = node.add(spec("d"));
    FileVersion file = FileVersion.of("d", data.catalog().stat("train/2"));
    data.reads().load(file, 0, 200);
    assertThat(node.store().find(file.id()).orElseThrow().isVerified()).isTrue();
    long gets = bucket.gets("train/2");
    data.reads().load(file, 0, 200);
    assertThat(bucket.gets("train/2")).isEqualTo(gets);

    CachePolicy tiny = new CachePolicy(Retain.KEEP, 0, 4096, Optional.empty(), 4, 0, true);
    NodeDataSet small = node.add(new DataSetSpec("small", data.spec().mounts(), tiny));
    FileVersion one = FileVersion.of("small", small.catalog().stat("train/1"));
    FileVersion two = FileVersion.of("small", small.catalog().stat("train/2"));
    small.reads().load(one, 0, 100);
    assertThatThrownBy(() -> small.reads().load(two, 0, 200))
        .isInstanceOf(NoRoomException.class)
        .hasMessageContaining("small/train/2");
    FileStatus gone = FileStatus.file("train/none", 10, 0, "x");
    assertThatThrownBy(() -> data.reads().load(FileVersion.of("d", gone), 0, 10))
        .isInstanceOf(NoSuchFileException.class);
  }
}
