package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.fuse.mount.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bucket for which nobody has given keys. */
class MissingCredentialsTest {

  private static final String MISSING = "no S3 credentials";

  @TempDir private Path directory;
  private Path root;
  private Path log;

  @BeforeEach
  void start() throws IOException {
    assumeThat(Files.isWritable(Path.of("/dev/fuse"))).as("/dev/fuse can be used").isTrue();
    root = Files.createDirectory(directory.resolve("mnt"));
    log = directory.resolve("log");
  }

  private Process forebay(List<String> arguments) throws IOException {
    ProcessBuilder command = Command.forebay(arguments.toArray(String[]::new));
    command.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    command.environment().put("AWS_EC2_METADATA_DISABLED", "true");
    command.environment().put("HOME", directory.toString());
    return command.redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  private Process mount(String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("mount", "--cache"));
    arguments.add(directory.resolve("cache").toString());
    arguments.addAll(List.of("--option", "fs.s3a.endpoint=http://127.0.0.1:1"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("s3://bucket", root.toString()));
    return forebay(arguments);
  }

  @Test
  void aMountSaysWhatIsMissing() throws Exception {
    Process mounted = mount();
    try {
      await().atMost(ONE_MINUTE).until(() -> Files.readString(log).contains("is mounted on"));
      await().atMost(ONE_MINUTE).until(() -> Files.readString(log).contains(MISSING));
      assertThat(mounted.isAlive()).isTrue();
    } finally {
      Mount.remove(root);
      assertThat(mounted.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  void aStrictMountIsRefused() throws Exception {
    Process refused = mount("--strict");
    assertThat(refused.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(refused.exitValue()).isOne();
    assertThat(log).content().contains(MISSING).doesNotContain("is mounted on");
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void aStrictMountForWritingNeedsKeysOfItsOwn() throws Exception {
    try (Nodes nodes = new Nodes(directory, 1)) {
      String node = nodes.nodeDirectory(0).toString();
      Process refused =
          forebay(
              List.of("mount", "--node", node, "-o", "rw,strict", Nodes.DATA_SET, root.toString()));
      assertThat(refused.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(refused.exitValue()).isOne();
      assertThat(log).content().contains("has no keys for oss://bucket/root");
    }
  }

  @Test
  void theDoctorFindsIt() throws Exception {
    Path manifest = directory.resolve("dataset.yaml");
    Files.writeString(
        manifest,
        """
        apiVersion: data.fluid.io/v1alpha1
        kind: Dataset
        metadata:
          name: images
        spec:
          mounts:
            - mountPoint: s3://bucket
              options:
                fs.s3a.endpoint: http://127.0.0.1:1
        """);
    String node = "directory=" + directory.resolve("node");
    Process doctor = forebay(List.of("doctor", "--set", node, "--config", manifest.toString()));
    assertThat(doctor.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(doctor.exitValue()).isOne();
    assertThat(log).content().containsPattern("WRONG +data set images: .*" + MISSING);
  }
}
