package io.forebay.kubernetes.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The chart as the real Helm and a real API server read it. */
@ExtendWith(ClusterExtension.class)
class ChartTest {

  private static final Path BASE = Path.of("deploy/base");

  @TempDir private Path directory;

  @Test
  void theLinterFindsNothing(Cluster cluster) throws Exception {
    assertThat(Helm.run(cluster, "lint", "--strict", Helm.CHART.toString()))
        .contains("0 chart(s) failed");
  }

  @Test
  void whatKustomizeUsesIsWhatTheChartMakes(Cluster cluster) throws Exception {
    Map<String, String> committed = files(BASE);
    Process render =
        new ProcessBuilder(
                Path.of("deploy/render").toAbsolutePath().toString(),
                cluster.program("helm").toString())
            .inheritIO()
            .start();
    assertThat(render.waitFor()).isZero();
    assertThat(files(BASE)).isEqualTo(committed);
  }

  private static Map<String, String> files(Path directory) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return files;
  }

  /** With everything that can be turned on, in both kinds. */
  @Test
  void theApiServerTakesAllObjectsWithoutAWarning(Cluster cluster) throws Exception {
    String namespace = cluster.namespace();
    for (List<String> values :
        List.of(
            List.of("servers.kind=DaemonSet", "hold.enabled=false"),
            List.of(
                "servers.kind=StatefulSet",
                "webhook.enabled=true",
                "csi.enabled=true",
                "operator.enabled=true",
                "tls.secret=tls",
                "servers.secrets={keys}",
                "servers.environmentFrom={keys}",
                "image.pullSecrets[0].name=registry",
                "servers.priorityClassName=system-node-critical",
                "servers.nodeSelector.disk=fast",
                "servers.dataSets.images.root=s3://bucket",
                "mounts[0].dataSet=images"))) {
      String manifest =
          Helm.run(
              cluster,
              "template",
              "forebay",
              Helm.CHART.toString(),
              "--namespace",
              namespace,
              "--set",
              String.join(",", values));
      Path file = Files.writeString(directory.resolve("manifest.yaml"), manifest);
      assertThat(
              cluster.kubectl(
                  "apply",
                  "--dry-run=server",
                  "--validate=strict",
                  "-n",
                  namespace,
                  "-f",
                  file.toString()))
          .doesNotContainIgnoringCase("warning");
    }
    assertThat(
            cluster.kubectl(
                "apply", "--dry-run=client", "--validate=strict", "-k", BASE.toString()))
        .contains("daemonset.apps/forebay");
  }
}
