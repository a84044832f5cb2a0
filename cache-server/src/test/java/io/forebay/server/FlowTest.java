package io.forebay.server;

import static io.forebay.server.Nodes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.node.NodeDataSet;
import io.forebay.samples.oss.Fault;
import io.forebay.wire.Message;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that ask for more than they take, or go away. */
@Timeout(300)
class FlowTest {

  private static final int FILES = 300;

  @TempDir Path directory;
  private Nodes nodes;
  private DataSet data;

  @BeforeEach
  void start() throws IOException {
    nodes = new Nodes(directory, 1);
    nodes.addMany(FILES, 1_000);
    nodes.add("resident", 1_000);
    data = nodes.elsewhere().dataSet(Nodes.DATA_SET);
    data.walk("");
    data.read("resident");
    nodes.awaitResident("resident");
  }

  @AfterEach
  void close() throws IOException {
    nodes.oss().faults().clear();
    nodes.close();
  }

  private NodeDataSet served() {
    return nodes.server(0).node().dataSets().iterator().next();
  }

  @Test
  void aServerStopsReadingFromAClientThatHasEnoughInFlight() throws Exception {
    nodes.oss().faults().rate(1, Fault.HANG);
    long before = nodes.server(0).stats().misses();
    try (BareClient client = new BareClient(nodes.connect(0))) {
      for (int i = 0; i < FILES; i++) {
        client.get(i + 1, data, nodes.paths().get(i));
      }
      await()
          .atMost(ONE_MINUTE)
          .until(() -> nodes.server(0).stats().misses() - before > Inflow.MAX_IN_FLIGHT);
      // Another client is served meanwhile.
      assertThat(bytes(data.read("resident"))).isEqualTo(nodes.files().get("resident"));
      assertThat(nodes.server(0).stats().misses() - before).isEqualTo(Inflow.MAX_IN_FLIGHT + 1);
      nodes.oss().faults().clear();
      client.receiveEnds(FILES);
    }
  }

  @Test
  void cancelEndsTheFetchingOfWhatNobodyElseWaitsFor() throws Exception {
    long begun;
    try (BareClient client = new BareClient(nodes.connect(0))) {
      begun = askForAllAndHang(client);
      client.send(1, new Message.Cancel());
      // The answer ends, though the under-store is silent.
      client.receiveEnds(1);
      nodes.oss().faults().clear();
      awaitNoFills();
    }
    assertThat(nodes.totalGets()).isEqualTo(begun);
  }

  @Test
  void aClosedConnectionEndsTheFetchingOfWhatNobodyElseWaitsFor() throws Exception {
    long begun;
    int connected;
    try (BareClient client = new BareClient(nodes.connect(0))) {
      begun = askForAllAndHang(client);
      connected = nodes.server(0).connections();
    }
    await().atMost(ONE_MINUTE).until(() -> nodes.server(0).connections() < connected);
    nodes.oss().faults().clear();
    awaitNoFills();
    assertThat(nodes.totalGets()).isEqualTo(begun);
  }

  /** Returns how many requests reached the under-store: as many as run at a time. */
  private long askForAllAndHang(BareClient client) throws IOException {
    nodes.oss().faults().rate(1, Fault.HANG);
    long before = nodes.totalGets();
    client.get(1, data, nodes.paths().subList(0, 250).toArray(String[]::new));
    // One that is waited for, and half of 64 that are fetched ahead.
    await().atMost(ONE_MINUTE).until(() -> nodes.totalGets() - before >= 32);
    await().atMost(ONE_MINUTE).until(() -> served().status().underStore().running() >= 32);
    return nodes.totalGets();
  }

  private void awaitNoFills() {
    await()
        .atMost(ONE_MINUTE)
        .until(() -> served().status().fills() == 0 && served().status().queued() == 0);
  }

  @Test
  void aClientThatGoesAwayWhileItIsNotReadFromIsNoticed() throws Exception {
    nodes.oss().faults().rate(1, Fault.HANG);
    long before = nodes.server(0).stats().misses();
    int connected;
    try (BareClient client = new BareClient(nodes.connect(0))) {
      for (int i = 0; i < FILES; i++) {
        client.get(i + 1, data, nodes.paths().get(i));
      }
      await()
          .atMost(ONE_MINUTE)
          .until(() -> nodes.server(0).stats().misses() - before > Inflow.MAX_IN_FLIGHT);
      connected = nodes.server(0).connections();
    }
    long asked = nodes.totalGets();
    await().atMost(ONE_MINUTE).until(() -> nodes.server(0).connections() < connected);
    nodes.oss().faults().clear();
    awaitNoFills();
    assertThat(nodes.totalGets()).isEqualTo(asked);
  }

  @Test
  void aClientThatTakesNoAnswersIsNotReadFrom() throws Exception {
    int many = 100_000; // of which the answers are hundreds of megabytes
    try (BareClient client = new BareClient(nodes.connect(0))) {
      Thread asking =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 1; i <= many; i++) {
                        client.send(i, new Message.ListDirectory(Nodes.DATA_SET, "dir0"));
                      }
                    } catch (IOException e) {
                      // The test is over.
                    }
                  });
      await().atMost(ONE_MINUTE).until(() -> nodes.server(0).connectionsNotReadFrom() == 1);
      assertThat(bytes(data.read("resident"))).isEqualTo(nodes.files().get("resident"));
      assertThat(asking.isAlive()).isTrue();
    }
  }
}
