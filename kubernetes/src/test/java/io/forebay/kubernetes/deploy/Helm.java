package io.forebay.kubernetes.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.kubernetes.cluster.Cluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The chart, installed by the real Helm. */
final class Helm {

  static final Path CHART = Path.of("deploy/chart").toAbsolutePath();

  private Helm() {}

  /** Installs a release, and waits until all of it is ready. */
  static void install(Cluster cluster, String namespace, String release, String values)
      throws IOException, InterruptedException {
    Path file = Files.writeString(Files.createTempFile("values", ".yaml"), values);
    try {
      run(
          cluster,
          "upgrade",
          "--install",
          release,
          CHART.toString(),
          "--namespace",
          namespace,
          "--values",
          file.toString(),
          "--wait",
          "--timeout",
          "3m");
    } finally {
      Files.delete(file);
    }
  }

  static String run(Cluster cluster, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(cluster.program("helm").toString(), "--kubeconfig", "" + cluster.kubeconfig()));
    command.addAll(List.of(arguments));
    Process helm = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(helm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(helm.waitFor(4, TimeUnit.MINUTES)).isTrue();
    assertThat(helm.exitValue()).as("%s: %s", command, said).isZero();
    return said;
  }
}
