package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.UnknownDataSetException;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import io.forebay.samples.oss.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A mount whose data cannot be had is an error: a training run would take an empty directory for a
 * data set without files. {@link SmallRuntimeTest} and {@link HeldMountTest} have further ways.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NeverEmptyTest {

  @TempDir private Path directory;
  private Nodes nodes;
  private Mount mount;
  private Path root;

  @BeforeEach
  void start() throws IOException {
    assumeThat(Files.isWritable(Path.of("/dev/fuse"))).as("/dev/fuse can be used").isTrue();
    nodes = new Nodes(directory, 1);
    nodes.addMany(10, 100);
    root = Files.createDirectory(directory.resolve("mnt"));
  }

  @AfterEach
  void stop() throws IOException {
    if (mount != null) {
      mount.close();
    }
    if (nodes != null) {
      nodes.close();
    }
  }

  private void mount(DataSet dataSet) throws IOException {
    mount = Mount.open(dataSet, root, MountOptions.parse("attr_timeout=0,entry_timeout=0"));
  }

  private void assertListingFails() {
    assertThatThrownBy(
            () -> {
              try (Stream<Path> files = Files.list(root)) {
                assertThat(files).as("what is listed").isNotEmpty();
              }
            })
        .isInstanceOfAny(FileSystemException.class, UncheckedIOException.class);
  }

  @Test
  void aListingThatFailsIsAnErrorAndWorksAgain() throws Exception {
    DataSet dataSet = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    nodes.oss().faults().rate(1, Fault.DENY);
    mount(dataSet);
    assertListingFails();
    nodes.oss().faults().clear();
    await().atMost(ONE_MINUTE).ignoreExceptions().untilAsserted(this::assertAllIsListed);
  }

  private void assertAllIsListed() throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      assertThat(files).hasSize(7);
    }
  }

  @Test
  void whereTheServerIsGoneNothingIsMounted() throws Exception {
    Path gone = Files.createDirectory(directory.resolve("gone"));
    Files.copy(nodes.nodeDirectory(0).resolve("node.properties"), gone.resolve("node.properties"));
    nodes.stop(0);
    DataSet dataSet = nodes.remember(Forebay.builder().node(gone).open()).dataSet(Nodes.DATA_SET);
    assertThatThrownBy(() -> mount(dataSet))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cache server");
    assertThat(Mount.removeIfMounted(root)).isFalse();
  }

  @Test
  void aServerThatGoesUnderAMountIsAnErrorUntilItIsBack() throws Exception {
    mount(nodes.onNode(0).dataSet(Nodes.DATA_SET));
    nodes.stop(0);
    assertListingFails();
    nodes.start(0);
    await().atMost(ONE_MINUTE).ignoreExceptions().untilAsserted(this::assertAllIsListed);
  }

  @Test
  void aDataSetThatIsDroppedUnderAMountIsAnError() throws Exception {
    Path files = Files.createDirectory(directory.resolve("files"));
    Files.writeString(files.resolve("1"), "one");
    nodes.server(0).node().add(Nodes.local("other", files));
    mount(nodes.onNode(0).dataSet("other"));
    nodes.server(0).node().drop("other");
    assertListingFails();
  }

  @Test
  void aRootThatIsMissingIsAnError() throws Exception {
    Path missing = directory.resolve("no-such-directory");
    nodes.server(0).node().add(Nodes.local("wrong", missing));
    mount(nodes.onNode(0).dataSet("wrong"));
    assertListingFails();
    Files.createDirectory(missing);
    Files.writeString(missing.resolve("1"), "one");
    await()
        .atMost(ONE_MINUTE)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(root.resolve("1")).hasContent("one"));
  }

  @Test
  void anUnknownDataSetIsNotMounted() throws Exception {
    assertThatThrownBy(() -> nodes.onNode(0).dataSet("no-such"))
        .isInstanceOf(UnknownDataSetException.class);
  }
}
