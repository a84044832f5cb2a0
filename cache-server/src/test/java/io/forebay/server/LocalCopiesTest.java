package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.Origin;
import io.forebay.Totals;
import io.forebay.control.CacheControl;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.LocalCopy;
import io.forebay.store.DataSetUsageStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that one node reads again and again, and another one owns. */
class LocalCopiesTest {

  private static final int FILES = 60;

  @TempDir Path directory;
  private Nodes nodes;

  private void start(LocalCopy copies) throws IOException {
    nodes = new Nodes(directory, 2, CachePolicy.DEFAULT.withoutHedging().withLocalCopy(copies));
    nodes.addMany(FILES, 5_000);
    nodes.add("large", 9 << 20);
  }

  @AfterEach
  void close() throws IOException {
    if (nodes != null) {
      nodes.close();
    }
  }

  private void awaitAllHere(DataSet data) {
    nodes.awaitResident(data);
    assertThat(fileCount(0)).isEqualTo(FILES + 1);
  }

  private int fileCount(int server) {
    return nodes.server(server).node().store().fileCount();
  }

  private long copyBytes(int server) {
    return nodes.server(server).node().status().store().usages().stream()
        .mapToLong(DataSetUsageStatus::copyBytes)
        .sum();
  }

  @Test
  void whatIsReadTwiceIsReadHereFromThenOn() throws IOException {
    start(LocalCopy.HOT);
    Forebay client = nodes.onNode(0);
    DataSet data = client.dataSet(Nodes.DATA_SET);
    nodes.readAll(data);
    assertThat(copyBytes(0)).isZero();
    nodes.readAll(data);
    awaitAllHere(data);
    long others = client.stats().reads(Origin.OTHER_SERVER);
    nodes.readAll(data);
    assertThat(client.stats().reads(Origin.OTHER_SERVER)).isEqualTo(others);
    assertThat(nodes.totalGets()).as("each block was fetched once").isEqualTo(FILES + 3);
  }

  @Test
  void copiesOutliveTheirOwner() throws IOException {
    start(LocalCopy.ALL);
    DataSet data = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    nodes.readAll(data);
    awaitAllHere(data);
    long gets = nodes.totalGets();
    nodes.stop(1);
    nodes.readAll(data);
    assertThat(nodes.totalGets()).isEqualTo(gets);
  }

  @Test
  void whatAPlanReadsAgainIsCopiedAheadOfItsReader() throws IOException {
    start(LocalCopy.HOT);
    Forebay client = nodes.onNode(0);
    DataSet data = client.dataSet(Nodes.DATA_SET);
    List<FileStatus> files = data.walk("");
    long total = files.stream().mapToLong(FileStatus::size).sum();
    CacheControl.of(data).fetchAhead(files);
    CacheControl.of(data).bringNear(files, Optional.of(new Totals(files.size(), total)));
    awaitAllHere(data);
    nodes.readAll(data);
    assertThat(client.stats().reads(Origin.OTHER_SERVER)).isZero();
    assertThat(nodes.totalGets()).isEqualTo(FILES + 3);
    assertThat(copyBytes(0)).isPositive();
    assertThat(copyBytes(1)).isZero();
  }

  @Test
  void whoWantsNoCopiesHasNone() throws IOException {
    start(LocalCopy.NONE);
    DataSet data = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    CacheControl.of(data).bringNear(data.walk(""), Optional.empty());
    for (int i = 0; i < 3; i++) {
      nodes.readAll(data);
    }
    assertThat(copyBytes(0)).isZero();
    assertThat(fileCount(0) + fileCount(1)).isEqualTo(FILES + 1);
  }

  @Test
  void anOwnerThatDiesUnderCopyingHarmsNobody() throws IOException {
    start(LocalCopy.ALL);
    DataSet data = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    List<FileStatus> files = data.walk("");
    CacheControl.of(data).bringNear(files, Optional.empty());
    nodes.stop(1);
    nodes.readAll(data);
    nodes.readAll(data);
  }
}
