package io.forebay.kubernetes.csi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import csi.v1.Csi.GetPluginInfoRequest;
import csi.v1.Csi.NodeGetVolumeStatsRequest;
import csi.v1.Csi.NodePublishVolumeRequest;
import csi.v1.Csi.VolumeCapability;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import pluginregistration.Pluginregistration.InfoRequest;
import pluginregistration.Pluginregistration.PluginInfo;
import pluginregistration.RegistrationGrpc;

/** The driver as the kubelet calls it, with real mounts in a mount namespace of the test's own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CsiDriverTest {

  private DriverNode node;

  @BeforeEach
  void start() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "skipped: only root may mount");
    assumeTrue(Files.exists(Path.of("/dev/fuse")), "skipped: there is no /dev/fuse");
    node = new DriverNode();
  }

  @AfterEach
  void stop() throws Exception {
    if (node != null) {
      node.close();
    }
  }

  @Test
  void podsOfANodeShareOneMountThatGoesWithTheLastOfThem() throws Exception {
    node.publish("one");
    node.publish("two");
    assertThat(node.read("one")).isEqualTo(DriverNode.CONTENT);
    assertThat(node.read("two")).isEqualTo(DriverNode.CONTENT);
    List<String> mounts = node.mounts();
    assertThat(mounts).hasSize(3);
    assertThat(mounts.stream().map(line -> line.split(" ", -1)[2]).distinct()).hasSize(1);

    node.publish("one"); // again, as the kubelet does once a minute
    assertThat(node.mounts()).hasSize(3);

    node.unpublish("one");
    assertThat(node.target("one")).doesNotExist();
    assertThat(node.read("two")).isEqualTo(DriverNode.CONTENT);
    node.unpublish("two");
    assertThat(node.mounts()).isEmpty();
    assertThat(node.kubelet().resolve("plugins/csi.forebay.io/mounts")).isEmptyDirectory();
  }

  @Test
  void aVolumeIsReadOnlyUnlessItsOptionsSayOtherwise() throws Exception {
    node.publish("one");
    assertThat(node.namespace().fail("touch", node.target("one").resolve("new").toString()))
        .contains("Read-only file system");

    Path target = node.target("writer");
    Files.createDirectories(target.getParent());
    NodePublishVolumeRequest.Builder writable =
        DriverNode.volume(target).putVolumeContext("mountOptions", "rw");
    node.calls().nodePublishVolume(writable.build());
    node.namespace().run("sh", "-c", "echo new > " + target.resolve("new"));
    assertThat(node.directory().resolve("data/new")).hasContent("new");

    Path reader = node.target("reader");
    Files.createDirectories(reader.getParent());
    node.calls()
        .nodePublishVolume(
            writable.clone().setTargetPath(reader.toString()).setReadonly(true).build());
    assertThat(node.namespace().fail("touch", reader.resolve("other").toString()))
        .contains("Read-only file system");
  }

  @Test
  void unpublishingSucceedsWhereNothingIsMounted() throws Exception {
    node.unpublish("never");
    node.publish("one");
    node.namespace().run("umount", node.target("one").toString());
    node.unpublish("one");
    node.unpublish("one");
    assertThat(node.target("one")).doesNotExist();
    await().atMost(TWO_MINUTES).until(() -> node.mounts().isEmpty());
  }

  @Test
  void unpublishingSucceedsWhereTheMountIsDead() throws Exception {
    node.publish("one");
    node.killAll();
    await() // the first look may still see the connection end
        .atMost(TWO_MINUTES)
        .until(
            () ->
                node.namespace()
                    .fail("stat", node.target("one").toString())
                    .contains("not connected"));
    node.namespace().run("sh", "-c", "rm " + node.kubelet() + "/plugins/*/mounts/*/mount.json");
    node.start();
    node.unpublish("one");
    assertThat(node.target("one")).doesNotExist();
    await().atMost(TWO_MINUTES).until(() -> node.mounts().isEmpty());
  }

  @Test
  void aDriverGoesOnWithTheMountsOfTheOneBefore() throws Exception {
    node.publish("one");
    List<String> mounts = node.mounts();
    node.killDriver();
    assertThat(node.read("one")).isEqualTo(DriverNode.CONTENT);
    node.start();
    node.publish("one");
    node.publish("two");
    assertThat(node.mounts()).containsAll(mounts).hasSize(3);
    node.unpublish("one");
    node.unpublish("two");
    assertThat(node.mounts()).isEmpty();
  }

  @Test
  void aDriverMountsAgainWhatDiedWithTheOneBefore() throws Exception {
    node.publish("one");
    node.publish("two");
    node.killAll();
    node.start();
    for (String pod : List.of("one", "two")) {
      await()
          .atMost(TWO_MINUTES)
          .untilAsserted(() -> assertThat(node.read(pod)).isEqualTo(DriverNode.CONTENT));
      node.unpublish(pod);
      assertThat(node.target(pod)).doesNotExist();
    }
    await().atMost(TWO_MINUTES).until(() -> node.mounts().isEmpty());
  }

  @Test
  void aRunningPodSeesItsFilesAgainWhenAllProcessesOfTheMountWereKilledAndNeverAnEmptyDirectory()
      throws Exception {
    node.publish("one");
    Process pod = pod(node.target("one"));
    try {
      var lines = pod.inputReader();
      assertThat(lines.readLine()).isEqualTo("a");
      node.killMounts();
      List<String> seen = new ArrayList<>();
      String line;
      do {
        line = lines.readLine();
        seen.add(line);
      } while (!seen.contains("gone") || !"served".equals(line));
      assertThat(seen.stream().distinct()).containsOnly("a", "served", "gone");
    } finally {
      pod.descendants().forEach(ProcessHandle::destroyForcibly);
    }
    assertThat(node.read("one")).isEqualTo(DriverNode.CONTENT);
    node.unpublish("one");
    assertThat(node.mounts()).isEmpty();
    assertThat(node.target("one")).doesNotExist();
  }

  /** Lists its volume, mounted as a container with the propagation HostToContainer has it. */
  private Process pod(Path target) throws IOException {
    String script =
        """
        mount --rbind "$0" "$1"; mount --make-rslave "$1"
        while :; do
          if names=$(ls "$1" 2>/dev/null); then echo "${names:-empty}"; fi
          # The kernel knows some names without asking.
          if stat -f "$1" >/dev/null 2>&1; then echo served; else echo gone; fi
          sleep 0.05
        done
        """;
    Path inside = Files.createDirectories(node.directory().resolve("container"));
    return node.namespace()
        .command(
            List.of(
                "unshare",
                "--mount",
                "--propagation",
                "slave",
                "sh",
                "-c",
                script,
                target.toString(),
                inside.toString()))
        .start();
  }

  @Test
  void thirtyPodsComeAndGoAtOnce() throws Exception {
    try (ExecutorService kubelet = Executors.newFixedThreadPool(30)) {
      List<Future<?>> calls = new ArrayList<>();
      for (int pod = 0; pod < 30; pod++) {
        String name = "pod-" + pod;
        calls.add(
            kubelet.submit(
                () -> {
                  for (int round = 0; round < 3; round++) {
                    node.publish(name);
                    assertThat(node.read(name)).isEqualTo(DriverNode.CONTENT);
                    node.unpublish(name);
                  }
                  return null;
                }));
      }
      for (Future<?> call : calls) {
        call.get(4, TimeUnit.MINUTES);
      }
    }
    assertThat(node.mounts()).isEmpty();
  }

  @Test
  void filesBelowAMountAreNotDeleted() throws Exception {
    Path below = Files.createDirectories(node.target("one"));
    Files.writeString(below.resolve("result"), "of a week");
    assertThatThrownBy(() -> node.unpublish("one"))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("move them away");
    assertThat(below.resolve("result")).hasContent("of a week");
  }

  @Test
  void whatCannotBeMountedIsRefusedWithTheReason() throws Exception {
    Path target = node.target("one");
    Files.createDirectories(target.getParent());
    assertRefused(DriverNode.volume(target).clearVolumeContext(), "set the volume attribute");
    assertRefused(
        DriverNode.volume(target).putVolumeContext("dataset", "file:///etc"), "of the node");
    assertRefused(
        DriverNode.volume(target).putVolumeContext("datset", "x"), "unknown volume attributes");
    assertRefused(
        DriverNode.volume(target).putVolumeContext("mountOptions", "spool=/etc"), "spool");
    assertRefused(
        DriverNode.volume(target).putVolumeContext("mountOptions", "fast"), "unknown [fast]");
    assertRefused(
        DriverNode.volume(target)
            .setVolumeCapability(
                VolumeCapability.newBuilder()
                    .setBlock(VolumeCapability.BlockVolume.getDefaultInstance())),
        "volumeMode");
    assertThatThrownBy(
            () ->
                node.calls()
                    .nodePublishVolume(
                        DriverNode.volume(target).putVolumeContext("dataset", "pictures").build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("pictures");
    assertThat(node.mounts()).isEmpty();
  }

  private void assertRefused(NodePublishVolumeRequest.Builder volume, String reason) {
    assertThatThrownBy(() -> node.calls().nodePublishVolume(volume.build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
        .hasMessageContaining(reason);
  }

  @Test
  void tellsTheKubeletWhereItIsAndHowVolumesAre() throws Exception {
    PluginInfo info =
        RegistrationGrpc.newBlockingStub(node.channel(node.registrationSocket()))
            .withDeadlineAfter(1, TimeUnit.MINUTES)
            .getInfo(InfoRequest.getDefaultInstance());
    assertThat(info.getName()).isEqualTo(DriverNode.DRIVER);
    assertThat(info.getType()).isEqualTo("CSIPlugin");
    assertThat(info.getEndpoint()).isEqualTo(node.socket().toString());
    assertThat(node.identity().getPluginInfo(GetPluginInfoRequest.getDefaultInstance()).getName())
        .isEqualTo(DriverNode.DRIVER);

    node.publish("one");
    NodeGetVolumeStatsRequest stats =
        NodeGetVolumeStatsRequest.newBuilder()
            .setVolumeId("images")
            .setVolumePath(node.target("one").toString())
            .build();
    assertThat(node.calls().nodeGetVolumeStats(stats).getVolumeCondition().getAbnormal()).isFalse();
  }
}
