package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.Detour;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.control.CacheControl;
import io.forebay.placement.Placement;
import io.forebay.placement.View;
import io.forebay.samples.oss.Shape;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.Replicas;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that several servers have, or that change their owner: the under-store gives each once. */
@Timeout(300)
class ReplicasTest {

  @TempDir private Path directory;

  private static void load(DataSet data, Nodes nodes, int replicas) throws IOException {
    List<FileStatus> files = new ArrayList<>();
    for (String path : nodes.paths()) {
      files.add(data.stat(path));
    }
    List<String> failures = new ArrayList<>();
    CacheControl.of(data).loadAll(files, replicas, (file, e) -> failures.add(file + ": " + e));
    assertThat(failures).isEmpty();
  }

  @Test
  void allReplicasAreReadAndTheUnderStoreGivesEachFileOnce() throws IOException {
    CachePolicy policy = CachePolicy.DEFAULT.withoutHedging().withReplicas(3);
    try (Nodes nodes = new Nodes(directory, 3, policy)) {
      nodes.addMany(60, 20_000);
      for (int client = 0; client < 3; client++) {
        nodes.readAll(nodes.elsewhere().dataSet(Nodes.DATA_SET));
      }
      assertThat(nodes.totalGets()).isEqualTo(60);
      for (int i = 0; i < 3; i++) {
        assertThat(nodes.server(i).stats().bytes()).as("server " + i).isGreaterThan(400_000);
      }
    }
  }

  @Test
  void aReplicaStandsInForAServerThatIsGone() throws IOException {
    CachePolicy policy = CachePolicy.DEFAULT.withoutHedging().withReplicas(2);
    try (Nodes nodes = new Nodes(directory, 3, policy)) {
      nodes.addMany(60, 20_000);
      Forebay client = nodes.elsewhere();
      DataSet data = client.dataSet(Nodes.DATA_SET);
      load(data, nodes, 1); // but the data set has two
      assertThat(nodes.totalGets()).isEqualTo(60);
      nodes.stop(1);
      nodes.readAll(data);
      assertThat(nodes.totalGets()).isEqualTo(60);
      nodes.start(1);
      await().atMost(ONE_MINUTE).until(() -> readFrom(nodes, data, 1));
      assertThat(nodes.totalGets()).isEqualTo(60);
    }
  }

  private static boolean readFrom(Nodes nodes, DataSet data, int server) throws IOException {
    long before = nodes.server(server).stats().hits();
    nodes.readAll(data);
    return nodes.server(server).stats().hits() > before;
  }

  @Test
  void aLoadOfMoreReplicasIsKnownToAllServersAndClients() throws Exception {
    try (Nodes nodes = new Nodes(directory, 3)) {
      nodes.addMany(60, 20_000);
      Forebay onNode = nodes.onNode(2);
      DataSet known = onNode.dataSet(Nodes.DATA_SET);
      nodes.server(0).node().replicateForAll(Nodes.DATA_SET, "dir1", 3);
      for (int i = 0; i < 3; i++) {
        assertThat(nodes.server(i).node().dataSet(Nodes.DATA_SET).replicas())
            .isEqualTo(Replicas.ONE.with("dir1", 3));
      }
      await()
          .atMost(ONE_MINUTE)
          .until(
              () -> CacheControl.of(known).place(known.stat("dir1/file-1")).owners().size() == 3);
      assertThat(CacheControl.of(known).place(known.stat("dir2/file-2")).owners()).hasSize(1);
      nodes.stop(1);
      nodes.start(1);
      assertThat(nodes.server(1).node().dataSet(Nodes.DATA_SET).replicas().of("dir1/file-1"))
          .isEqualTo(3);
    }
  }

  @Test
  void whoJoinsAndWhoInheritsTakesFilesFromFormerOwners() throws Exception {
    Path members = directory.resolve("members");
    try (Nodes nodes = new Nodes(directory, 3, members.toUri())) {
      nodes.addMany(90, 20_000);
      Forebay client = nodes.remember(Nodes.patient().servers("" + members.toUri()).open());
      DataSet data = client.dataSet(Nodes.DATA_SET);
      nodes.readAll(data);
      assertThat(nodes.totalGets()).isEqualTo(90);

      use(members, nodes, "", List.of(), 0, 1, 2);
      await().atMost(ONE_MINUTE).until(() -> readFrom(nodes, data, 2));
      nodes.readAll(data);
      assertThat(nodes.totalGets()).as("after the third joined").isEqualTo(90);

      use(members, nodes, " state=draining", List.of(0), 1, 2); // it only gives away what it has
      await()
          .atMost(ONE_MINUTE)
          .untilAsserted(
              () -> {
                long before = nodes.server(0).stats().requests();
                nodes.readAll(data);
                assertThat(nodes.server(0).stats().requests()).isEqualTo(before);
              });
      assertThat(nodes.totalGets()).as("after the first left").isEqualTo(90);
      assertThat(client.stats().detours().get(Detour.NO_CACHE)).isZero();
    }
  }

  @Test
  void newOwnersThatAskEachOtherTakeFilesFromFormerOwners() throws Exception {
    Path members = directory.resolve("members");
    CachePolicy policy = CachePolicy.DEFAULT.withoutHedging().withReplicas(2);
    try (Nodes nodes = new Nodes(directory, 4, members.toUri(), policy)) {
      nodes.addMany(60, 20_000);
      Forebay client = nodes.remember(Forebay.builder().servers("" + members.toUri()).open());
      DataSet data = client.dataSet(Nodes.DATA_SET);
      nodes.readAll(data); // from one of the two owners of each file, and the other has nothing
      assertThat(nodes.totalGets()).isEqualTo(60);

      use(members, nodes, " state=draining", List.of(0, 1), 2, 3);
      await().atMost(ONE_MINUTE).until(() -> readFrom(nodes, data, 2) && readFrom(nodes, data, 3));
      assertThat(nodes.totalGets()).isEqualTo(60);
    }
  }

  /** Writes the members, some with a state, and waits until all of them know them. */
  private static void use(
      Path file, Nodes nodes, String state, List<Integer> withState, int... others)
      throws IOException {
    List<String> lines = new ArrayList<>();
    withState.forEach(member -> lines.add(nodes.member(member) + state));
    IntStream.of(others).forEach(member -> lines.add(nodes.member(member)));
    Files.writeString(file, String.join("\n", lines) + "\n");
    long view = View.parse(String.join(",", lines)).hash();
    IntStream all = IntStream.concat(withState.stream().mapToInt(i -> i), IntStream.of(others));
    all.forEach(
        member ->
            await().atMost(ONE_MINUTE).until(() -> nodes.server(member).node().viewHash() == view));
  }

  @Test
  void aServerThatOwnsNothingOfAFileAsksTheOwnerOnce() throws Exception {
    try (Nodes nodes = new Nodes(directory, 2)) {
      nodes.addMany(40, 20_000);
      nodes.readAll(nodes.elsewhere().dataSet(Nodes.DATA_SET));
      // This client knows the first server only, so it asks that one for all files.
      Forebay old = nodes.remember(Nodes.patient().servers(nodes.member(0)).open());
      nodes.readAll(old.dataSet(Nodes.DATA_SET));
      assertThat(nodes.totalGets()).isEqualTo(40);
    }
  }

  @Test
  void aLargeFileLiesByExtents() throws Exception {
    Path tree = Files.createDirectories(directory.resolve("tree"));
    long size = 2 * Placement.EXTENT_BYTES + 12_345;
    try (RandomAccessFile file = new RandomAccessFile(tree.resolve("large").toFile(), "rw")) {
      file.setLength(size);
      for (int extent = 0; extent < 3; extent++) {
        file.seek(extent * Placement.EXTENT_BYTES);
        file.writeLong(extent + 7);
      }
      file.seek(size - 1);
      file.write(99);
    }
    try (Nodes nodes = new Nodes(directory, 4, Shape.UNSHAPED)) {
      for (int i = 0; i < 4; i++) {
        nodes.server(i).node().add(Nodes.local("large", tree));
      }
      DataSet data = nodes.elsewhere().dataSet("large");
      ByteBuffer acrossTheEdge = ByteBuffer.allocate(64);
      data.read("large", Placement.EXTENT_BYTES - 32, acrossTheEdge);
      assertThat(acrossTheEdge.flip().getLong(32)).isEqualTo(8);
      assertThat(acrossTheEdge.getLong(0)).isZero();
      ByteBuffer end = ByteBuffer.allocate(10);
      data.read("large", size - 10, end);
      assertThat(end.get(9)).isEqualTo((byte) 99);
      FileStatus file = data.stat("large");
      CacheControl.of(data).load(file, 0, size, 1);
      long most = 0;
      long all = 0;
      for (int i = 0; i < 4; i++) {
        long used = nodes.server(i).node().store().usedBytes();
        most = Math.max(most, used);
        all += used;
      }
      assertThat(all).isBetween(size, size + (1 << 20));
      assertThat(most).as("on one server").isLessThanOrEqualTo(2 * Placement.EXTENT_BYTES);
    }
  }
}
