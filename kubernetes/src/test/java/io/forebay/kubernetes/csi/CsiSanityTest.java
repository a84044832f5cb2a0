package io.forebay.kubernetes.csi;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The conformance tests of CSI. */
@ExtendWith(ClusterExtension.class)
class CsiSanityTest {

  @Test
  @Timeout(value = 8, unit = TimeUnit.MINUTES)
  void passes(Cluster cluster) throws Exception {
    try (DriverNode node = new DriverNode()) {
      Path parameters =
          Files.writeString(node.directory().resolve("parameters.yaml"), "dataset: images\n");
      Files.createDirectories(node.target("sanity").getParent());
      Process sanity =
          node.namespace()
              .command(
                  List.of(
                      cluster.program("csi-sanity").toString(),
                      "--csi.endpoint=" + node.socket(),
                      "--csi.mountdir=" + node.target("sanity"),
                      "--csi.testvolumeparameters=" + parameters,
                      "--ginkgo.no-color"))
              .start();
      sanity.getOutputStream().close();
      String said = new String(sanity.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      System.out.println(said);
      assertThat(sanity.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(sanity.exitValue()).as(said).isZero();
      assertThat(node.mounts()).isEmpty();
    }
  }
}
