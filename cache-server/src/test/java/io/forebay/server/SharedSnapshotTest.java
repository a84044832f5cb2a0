package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.file.FileVersion;
import io.forebay.node.NodeDataSet;
import io.forebay.placement.Member;
import io.forebay.placement.Placement;
import io.forebay.placement.View;
import io.forebay.spec.SnapshotId;
import io.forebay.spec.SnapshotTolerance;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One server lists a data set, and all use what it found. */
class SharedSnapshotTest {

  private static final int SERVERS = 3;

  @TempDir private Path directory;
  private Nodes nodes;
  private int lister;
  private int other;

  @BeforeEach
  void start() throws IOException {
    nodes = new Nodes(directory, SERVERS);
    nodes.addMany(40, 100);
    List<Member> members =
        IntStream.range(0, SERVERS).mapToObj(i -> new Member("server-" + i, "x:1")).toList();
    Member first =
        Placement.of(new View(members))
            .rank(FileVersion.of(Nodes.DATA_SET, FileStatus.directory("")).id(), 0)
            .get(0);
    lister = members.indexOf(first);
    other = (lister + 1) % SERVERS;
  }

  @AfterEach
  void stop() throws IOException {
    nodes.close();
  }

  private NodeDataSet at(int server) throws IOException {
    return nodes.server(server).node().dataSet(Nodes.DATA_SET);
  }

  private long listings() {
    return nodes.oss().traffic().counts().of("LIST") - SERVERS; // each asks at its start
  }

  private void assertAllUse(SnapshotId id) throws IOException {
    for (int i = 0; i < SERVERS; i++) {
      assertThat(at(i).snapshots().inUse()).contains(id);
      assertThat(at(i).catalog().list("dir0")).hasSize(6);
    }
  }

  @Test
  void aSnapshotMadeAnywhereIsListedOnceAndUsedEverywhere() throws IOException {
    long[] listed = {0};
    SnapshotId id = at(other).snapshotForAll(n -> listed[0] += n);
    long once = listings();
    assertThat(listed[0]).isEqualTo(40);
    assertAllUse(id);
    assertThat(listings()).isEqualTo(once);

    nodes.add("young", 7);
    DataSet client = nodes.onNode(other).dataSet(Nodes.DATA_SET);
    client.refresh();
    assertThat(listings()).isEqualTo(2 * once);
    assertThat(at(lister).snapshots().inUse()).isNotEqualTo(java.util.Optional.of(id));
    assertAllUse(at(lister).snapshots().inUse().orElseThrow());
    for (int i = 0; i < SERVERS; i++) {
      assertThat(nodes.onNode(i).dataSet(Nodes.DATA_SET).stat("young").size()).isEqualTo(7);
    }

    at(lister).useForAll(id);
    assertAllUse(id);
    assertThatThrownBy(() -> at(other).catalog().stat("young"))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void whatIsYoungEnoughIsNotListedAgain() throws IOException {
    SnapshotId id = at(lister).snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, n -> {});
    long once = listings();
    assertThat(at(other).snapshot(Duration.ofHours(1), SnapshotTolerance.DEFAULT, n -> {}))
        .isEqualTo(id);
    assertThat(at(lister).snapshot(Duration.ofHours(1), SnapshotTolerance.DEFAULT, n -> {}))
        .isEqualTo(id);
    assertThat(listings()).isEqualTo(once);
  }

  @Test
  void anotherServerListsWhileTheFirstIsDown() throws IOException {
    nodes.stop(lister);
    SnapshotId id = at(other).snapshotForAll(n -> {});
    int third = 3 - lister - other;
    assertThat(at(third).snapshots().inUse()).contains(id);
    nodes.start(lister);
    assertAllUse(at(other).snapshotForAll(n -> {}));
  }
}
