package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.membership.Membership;
import io.forebay.membership.Memberships;
import io.forebay.membership.etcd.Etcd;
import io.forebay.metadata.NodeInfo;
import io.forebay.placement.Member;
import io.forebay.wire.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers in processes of their own, which find each other in a real etcd. */
@Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdMembersTest {

  @TempDir private Path directory;
  private Etcd etcd;
  private final List<Process> servers = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (Process server : servers) {
      server.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
    }
    if (etcd != null) {
      etcd.close();
    }
  }

  private String source() {
    return "etcd://" + etcd.address() + "/forebay?ttl=2";
  }

  private Process start(String name) throws IOException {
    Path root = Files.createDirectories(directory.resolve("root"));
    Files.writeString(root.resolve("file"), "content");
    Process server =
        Command.forebay(
                "serve",
                "--set=name=" + name,
                "--set=directory=" + directory.resolve(name),
                "--set=quota=1GiB",
                "--set=listen.tcp=127.0.0.1:0",
                "--set=listen.admin=127.0.0.1:0",
                "--set=zone=zone-of-" + name,
                "--set=node=machine",
                "--set=members=" + source(),
                "--set=dataset.d.root=" + root.toUri())
            .redirectErrorStream(true)
            .redirectOutput(log(name).toFile())
            .start();
    servers.add(server);
    await().atMost(TWO_MINUTES).until(() -> !server.isAlive() || serves(name));
    assertThat(server.isAlive()).as(Files.readString(log(name))).isTrue();
    return server;
  }

  /** Whether it wrote that since it was started. */
  private boolean serves(String name) throws IOException {
    return Files.readString(log(name)).contains("serving at ");
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  private static void awaitMembers(Membership membership, String... names) {
    await()
        .atMost(TWO_MINUTES)
        .untilAsserted(
            () ->
                assertThat(membership.view().members())
                    .extracting(Member::name)
                    .containsExactly(names));
  }

  @Test
  void serversFindEachOtherAndClientsFindThem() throws Exception {
    etcd = Etcd.start(directory);
    start("a");
    start("b");
    try (Membership reader = Memberships.open(source())) {
      awaitMembers(reader, "a", "b");
      Member a = reader.view().members().get(0);
      NodeInfo node = NodeInfo.read(directory.resolve("a")).orElseThrow();
      assertThat(a.admin()).isEqualTo(node.admin());
      assertThat(a.weight()).isEqualTo(1L << 30);
      assertThat(a.zone()).isEqualTo("zone-of-a");
      assertThat(a.node()).isEqualTo("machine");
      assertThat(a.protocol()).isEqualTo(Codec.VERSION);
      await()
          .atMost(TWO_MINUTES)
          .until(() -> NodeInfo.read(directory.resolve("a")).orElseThrow().members().size() == 2);
      try (Forebay client = Forebay.builder().servers(source()).open()) {
        DataSet data = client.dataSet("d");
        assertThat(Nodes.bytes(data.read("file"))).asString().isEqualTo("content");
      }

      servers.get(0).destroy();
      assertThat(servers.get(0).waitFor(1, TimeUnit.MINUTES)).isTrue();
      awaitMembers(reader, "b");
      assertThat(log("a")).content().doesNotContain("SEVERE").doesNotContain("TcpMetrics");
    }
  }

  @Test
  void aKilledServerIsGoneWhenItsLeaseHasRunOut() throws Exception {
    etcd = Etcd.start(directory);
    start("a");
    start("b");
    try (Membership reader = Memberships.open(source())) {
      awaitMembers(reader, "a", "b");
      servers.get(0).destroyForcibly();
      awaitMembers(reader, "b");
      start("a");
      awaitMembers(reader, "a", "b");
    }
  }

  @Test
  void aServerIsAloneUntilEtcdIsThere() throws Exception {
    etcd = Etcd.notYet(directory);
    start("a");
    NodeInfo alone = NodeInfo.read(directory.resolve("a")).orElseThrow();
    assertThat(alone.view().members()).extracting(Member::name).containsExactly("a");
    try (Forebay client = Forebay.connect(directory.resolve("a"))) {
      assertThat(Nodes.bytes(client.dataSet("d").read("file"))).asString().isEqualTo("content");
    }
    assertThatThrownBy(() -> Forebay.builder().servers(source()).open())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("etcd at " + etcd.address());

    etcd.start();
    try (Forebay early = Forebay.builder().servers(source() + "&tls=false").open();
        Membership reader = Memberships.open(source())) {
      awaitMembers(reader, "a");
      await()
          .atMost(TWO_MINUTES)
          .ignoreExceptionsInstanceOf(IOException.class)
          .until(() -> Nodes.bytes(early.dataSet("d").read("file")).length == 7);
    }
    assertThat(log("a")).content().containsOnlyOnce("starts alone");
  }

  @Test
  void aClientOfAnEtcdWithoutServersIsToldSo() throws Exception {
    etcd = Etcd.start(directory);
    try (Forebay client = Forebay.builder().servers(source()).open()) {
      assertThatThrownBy(() -> client.dataSet("d"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no cache server is known that could have the data set 'd'");
    }
  }
}
