package io.forebay.kubernetes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.cli.ForebayCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class AffinityCommandTest {

  private static final String POD =
      """
      kind: Pod
      metadata: {name: trainer}
      spec:
        containers: [{name: main}]
        volumes:
        - name: data
          persistentVolumeClaim: {claimName: images}
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path directory;
  private Path pod;

  @BeforeEach
  void write() throws IOException {
    pod = Files.writeString(directory.resolve("pod.yaml"), POD);
  }

  private int run(String... arguments) {
    CommandLine command = ForebayCommand.commandLine(arguments);
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    return command.execute(arguments);
  }

  @Test
  void theManifestIsPrintedWithTheAffinity() {
    assertThat(run("affinity", "-f", pod.toString(), "-n", "team")).isZero();
    assertThat(out.toString()).startsWith("---\nkind: Pod\n").contains("fluid.io/s-team-images");
  }

  @Test
  void severalFilesBecomeSeveralDocuments() {
    assertThat(run("affinity", "-f", pod.toString(), "-f", pod.toString())).isZero();
    assertThat(out.toString().split("---\n")).hasSize(3);
  }

  @Test
  void nothingIsPrintedIfOneFileIsWrong() throws IOException {
    Path wrong = Files.writeString(directory.resolve("wrong.yaml"), "a: [");
    assertThat(run("affinity", "-f", pod.toString(), "-f", wrong.toString())).isOne();
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains(wrong + ", document 1, line ");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThat(run("affinity", "-f", directory.resolve("none.yaml").toString())).isOne();
    assertThat(err.toString()).contains("none.yaml: no such file");
  }

  @Test
  void theTiersAreChecked() {
    assertThat(run("affinity", "-f", pod.toString(), "--tier", "node=1000")).isEqualTo(2);
    assertThat(err.toString()).contains("--tier: the weight of tier 'node' is 1000; use 1 to 100");
  }

  @Test
  void helpHasExamples() {
    assertThat(run("affinity", "--help")).isZero();
    assertThat(out.toString()).contains("forebay affinity -f job.yaml | kubectl apply -f -");
  }
}
