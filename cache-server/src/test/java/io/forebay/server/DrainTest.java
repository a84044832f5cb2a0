package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.placement.View;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that leaves its cluster: others have what it had before it stops. */
@Timeout(300)
class DrainTest {

  @TempDir private Path directory;

  private String run(String... command) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of("--node", directory.resolve("node-0").toString()));
    return Cli.run(0, arguments.toArray(String[]::new));
  }

  @Test
  void whatADrainedServerHadIsReadFromOthersWithoutTheUnderStore() throws Exception {
    Path members = directory.resolve("members");
    try (Nodes nodes = new Nodes(directory, 2, members.toUri())) {
      nodes.addMany(60, 20_000);
      Forebay client = nodes.remember(Nodes.patient().servers("" + members.toUri()).open());
      DataSet data = client.dataSet(Nodes.DATA_SET);
      nodes.readAll(data);
      long had = nodes.server(0).node().store().status().files();
      assertThat(had).isBetween(10L, 50L);

      String line = nodes.member(0) + " state=draining\n" + nodes.member(1) + "\n";
      Files.writeString(members, line);
      long view = View.parse(line).hash();
      await().atMost(ONE_MINUTE).until(() -> nodes.server(1).node().viewHash() == view);
      assertThat(run("drain")).startsWith("drained: " + had + " files");
      assertThat(nodes.server(1).node().store().status().files()).isEqualTo(60);
      assertThat(run("status")).contains("ready, draining");
      nodes.stop(0);
      nodes.readAll(data);
      assertThat(nodes.totalGets()).isEqualTo(60);
    }
  }

  @Test
  void aCancelledDrainHasTheServerOwnFilesAgain() throws Exception {
    try (Nodes nodes = new Nodes(directory, 2)) {
      nodes.addMany(20, 1_000);
      DataSet data = nodes.elsewhere().dataSet(Nodes.DATA_SET);
      nodes.readAll(data);
      assertThat(run("drain")).startsWith("drained: ");
      nodes.readAll(data); // clients have not heard of it, and are served all the same
      assertThat(run("drain", "--cancel")).contains("owns files again");
      assertThat(run("status")).doesNotContain("draining");
      assertThat(nodes.totalGets()).isEqualTo(20);
    }
  }
}
