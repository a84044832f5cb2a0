package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.read.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a server and its clients when something is wrong with the node's directory. */
class NodeDirectoryTest {

  @TempDir Path directory;
  private Nodes nodes;
  private Path mounted;

  @AfterEach
  void close() throws Exception {
    if (nodes != null) {
      nodes.close();
    }
    if (mounted != null) {
      run("umount", "-l", mounted.toString());
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  private void assertReadsEverything(Forebay client) throws IOException {
    DataSet data = client.dataSet(Nodes.DATA_SET);
    assertThat(data.walk("")).hasSameSizeAs(nodes.paths());
    for (String path : nodes.paths()) {
      assertThat(Nodes.bytes(data.read(path))).isEqualTo(nodes.files().get(path));
    }
  }

  @Test
  void clientsOfANodeWhoseDirectoryIsReadOnlyAskItsServer() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.addMany(20, 1_000);
    Path view = Files.createDirectories(directory.resolve("read-only"));
    List<String> bind = List.of("mount", "--bind", nodes.nodeDirectory(0).toString());
    assumeTrue(run(bind.get(0), bind.get(1), bind.get(2), view.toString()), "may not mount");
    mounted = view;
    assumeTrue(run("mount", "-o", "remount,bind,ro", view.toString()), "may not mount");

    Forebay client = nodes.remember(Forebay.builder().node(view).open());
    assertReadsEverything(client);
    assertThat(client.stats().reads(Origin.OWN_SERVER)).isEqualTo(nodes.paths().size());
  }
}
