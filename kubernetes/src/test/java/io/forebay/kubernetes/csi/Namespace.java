package io.forebay.kubernetes.csi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Mounts and processes of a test's own: when it ends, for which the end of this JVM is enough,
 * nothing of them is left. One folder is a shared mount, as the kubelet's is.
 */
final class Namespace implements AutoCloseable {

  private static final String INIT =
      """
      set -e
      mount --bind "$0" "$0"
      mount --make-rshared "$0"
      echo ready
      read -r end
      """;

  private static final long PATIENCE_SECONDS = 60;

  private final Process unshare;
  private final long init;

  private Namespace(Process unshare, long init) {
    this.unshare = unshare;
    this.init = init;
  }

  static Namespace of(Path folder) throws IOException {
    Process unshare =
        new ProcessBuilder(
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--mount-proc",
                "--kill-child",
                "sh",
                "-c",
                INIT,
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader said = unshare.inputReader();
    assertThat(said.readLine()).isEqualTo("ready");
    return new Namespace(unshare, unshare.children().findFirst().orElseThrow().pid());
  }

  ProcessBuilder command(List<String> command) {
    List<String> entered =
        new ArrayList<>(List.of("nsenter", "--target", "" + init, "--mount", "--pid", "--"));
    entered.addAll(command);
    return new ProcessBuilder(entered).redirectErrorStream(true);
  }

  /** What a command printed that succeeded. */
  String run(String... command) throws IOException, InterruptedException {
    Process process = command(List.of(command)).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s: %s", List.of(command), said).isZero();
    return said;
  }

  /** What a command printed that failed. */
  String fail(String... command) throws IOException, InterruptedException {
    Process process = command(List.of(command)).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s: %s", List.of(command), said).isNotZero();
    return said;
  }

  @Override
  public void close() throws IOException {
    unshare.getOutputStream().close();
    unshare.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }
}
