package io.forebay.server;

import static io.forebay.server.Cli.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does with data sets, by the commands and against real servers. */
class DataSetsTest {

  @TempDir private Path directory;
  private Nodes nodes;

  @BeforeEach
  void start() throws IOException {
    nodes = new Nodes(directory, 2);
    nodes.addMany(40, 5_000);
    nodes.add("big", 50_000_000);
  }

  @AfterEach
  void stop() throws IOException {
    nodes.close();
  }

  private String node(int index) {
    return nodes.nodeDirectory(index).toString();
  }

  private long resident(int index) {
    return nodes.server(index).node().store().fileCount();
  }

  private JsonNode status(String dataSet) throws IOException {
    JsonNode all = new ObjectMapper().readTree(run(0, "status", "--node", node(0), "-o", "json"));
    for (JsonNode each : all.get("dataSets")) {
      if (each.get("name").asText().equals(dataSet)) {
        return each;
      }
    }
    throw new AssertionError(dataSet + " is not in " + all);
  }

  /** A data set and its load, as a newcomer copies them from Fluid's guides. */
  private String manifest(String name, String path) {
    return """
        apiVersion: data.fluid.io/v1alpha1
        kind: Dataset
        metadata:
          name: %s
        spec:
          mounts:
            - mountPoint: oss://bucket/root
              name: mounted
              path: /
              options:
                fs.oss.endpoint: %s
                fs.oss.accessKeyId: id
                fs.oss.accessKeySecret: secret
        ---
        apiVersion: data.fluid.io/v1alpha1
        kind: DataLoad
        metadata:
          name: warm-%s
        spec:
          dataset:
            name: %s
          loadMetadata: true
          target:
            - path: %s
        """
        .formatted(name, nodes.oss().endpoint(), name, name, path);
  }

  @Test
  void aLoadMakesEveryByteResidentAtItsOwner() throws Exception {
    String printed = run(0, "load", "--node", node(0), Nodes.DATA_SET);
    assertThat(printed).contains("Complete", "41 of 41 files");
    assertThat(resident(0) + resident(1)).isEqualTo(41);
    assertThat(resident(0)).isBetween(1L, 40L);
    long gets = nodes.oss().traffic().counts().of("GET");

    DataSet data = nodes.elsewhere().dataSet(Nodes.DATA_SET);
    for (String path : nodes.paths()) {
      data.read(path);
    }
    run(0, "load", "--node", node(0), "--data", Nodes.DATA_SET);
    assertThat(nodes.oss().traffic().counts().of("GET")).isEqualTo(gets);
    JsonNode status = status(Nodes.DATA_SET);
    assertThat(status.get("phase").asText()).isEqualTo("Bound");
    assertThat(status.get("fileNum").asLong()).isEqualTo(41);
    assertThat(status.get("ufsTotal").asLong()).isEqualTo(40 * 5_000 + 39 * 20 + 50_000_000);
  }

  @Test
  void replicasGlobsAndListsOfFiles() throws Exception {
    run(0, "load", "--node", node(0), "--metadata", Nodes.DATA_SET);
    assertThat(resident(0) + resident(1)).isZero();
    run(0, "load", "--node", node(0), "--data", "--replicas", "2", Nodes.DATA_SET, "bi*");
    assertThat(resident(0)).isEqualTo(1);
    assertThat(resident(1)).isEqualTo(1);

    Path list = directory.resolve("list");
    Files.write(list, nodes.paths().subList(1, 4));
    run(0, "load", "--node", node(0), "--data", "--files", list.toString(), Nodes.DATA_SET);
    assertThat(resident(0) + resident(1)).isEqualTo(5);

    assertThat(run(1, "load", "--node", node(0), "--data", Nodes.DATA_SET, "no/such"))
        .contains("no such file, and no file below it");
    assertThat(run(1, "load", "--node", node(0), "nobody")).contains("not served here");
  }

  @Test
  void filesThatCannotBeLoadedAreReportedWithTheirReasons() throws Exception {
    run(0, "load", "--node", node(0), "--metadata", Nodes.DATA_SET);
    String gone = nodes.paths().get(3);
    String changed = nodes.paths().get(4);
    nodes.remove(gone);
    nodes.add(changed, 6_000);
    String printed = run(1, "load", "--node", node(0), "--data", Nodes.DATA_SET);
    assertThat(printed).contains("2 files failed; the first: ", gone + ": ", changed + ": ");
    assertThat(printed).contains("39 of 41 files").doesNotContain("s left");
  }

  @Test
  void snapshotsAreMadeComparedExchangedAndPinned() throws Exception {
    assertThat(run(0, "snapshot", "create", "--node", node(0), Nodes.DATA_SET))
        .contains("41 listed");
    String first = snapshotInUse();
    nodes.add("young", 7);
    nodes.remove("big");
    run(0, "snapshot", "create", "--node", node(0), Nodes.DATA_SET);
    String second = snapshotInUse();
    assertThat(run(0, "snapshot", "diff", "--node", node(0), Nodes.DATA_SET, first, second))
        .contains("+young", "-big", "1 added, 1 removed, 0 changed");

    DataSet pinned = nodes.onNode(0).dataSet(Nodes.DATA_SET + "@" + first);
    DataSet latest = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    assertThat(latest.stat("young").size()).isEqualTo(7);
    assertThat(pinned.stat("big").size()).isEqualTo(50_000_000);
    assertThatThrownBy(() -> pinned.stat("young")).isInstanceOf(NoSuchFileException.class);
    String path = nodes.paths().get(1);
    assertThat(pinned.read(path)).isEqualTo(latest.read(path));

    assertThat(run(1, "snapshot", "drop", "--node", node(0), Nodes.DATA_SET, second))
        .contains("in use");
    run(0, "snapshot", "use", "--node", node(0), Nodes.DATA_SET, first);
    assertThat(snapshotInUse()).isEqualTo(first);
    run(0, "snapshot", "drop", "--node", node(0), Nodes.DATA_SET, second);
  }

  @Test
  void aSnapshotOfAnUnchangedSourceIsTheSameSnapshot() throws Exception {
    run(0, "load", "--node", node(0), "--metadata", Nodes.DATA_SET);
    String first = snapshotInUse();
    for (int i = 0; i < 5; i++) {
      run(0, "load", "--node", node(i % 2), "--metadata", Nodes.DATA_SET);
      assertThat(snapshotInUse()).isEqualTo(first);
    }
    assertThat(run(0, "snapshot", "list", "--node", node(0), Nodes.DATA_SET).lines()).hasSize(2);
    nodes.add("young", 7);
    run(0, "snapshot", "create", "--node", node(0), Nodes.DATA_SET);
    assertThat(snapshotInUse()).isNotEqualTo(first);
    nodes.remove("young");
    run(0, "snapshot", "create", "--node", node(0), Nodes.DATA_SET);
    assertThat(snapshotInUse()).isEqualTo(first);
  }

  @Test
  void aSnapshotThatAReaderNamesStaysUntilItIsDropped() throws Exception {
    run(0, "snapshot", "create", "--node", node(0), Nodes.DATA_SET);
    String named = snapshotInUse();
    DataSet reader = nodes.onNode(0).dataSet(Nodes.DATA_SET + "@" + named);
    assertThat(reader.list("")).isNotEmpty();
    for (int i = 0; i < 6; i++) {
      nodes.add("young", 7 + i);
      run(0, "snapshot", "create", "--node", node(0), Nodes.DATA_SET);
    }
    nodes.stop(0);
    nodes.start(0);
    nodes.add("young", 100);
    run(0, "snapshot", "create", "--node", node(0), Nodes.DATA_SET);
    assertThat(run(0, "snapshot", "list", "--node", node(0), Nodes.DATA_SET).lines())
        .hasSize(1 + 1 + 1 + 3)
        .filteredOn(line -> line.startsWith(named))
        .singleElement()
        .asString()
        .contains(" yes ");
    assertThat(reader.list("")).extracting("path").doesNotContain("young");
    assertThat(run(0, "snapshot", "drop", "--node", node(0), Nodes.DATA_SET, named))
        .doesNotContain(named);
  }

  @Test
  void aSourceThatLostMostOfItsFilesIsRefusedBySnapshotsAndSaidInStatusAndMetrics()
      throws Exception {
    run(0, "snapshot", "create", "--node", node(0), Nodes.DATA_SET);
    String before = snapshotInUse();
    for (String path : nodes.paths().subList(1, nodes.paths().size())) {
      nodes.remove(path);
    }
    for (int i = 0; i < 2; i++) { // one of them asks the other to list
      assertThat(run(1, "snapshot", "create", "--node", node(i), Nodes.DATA_SET))
          .contains("lists 1 files", "has 41", "--allow-shrink");
      assertThat(run(0, "status", "--node", node(i))).contains("images: the last listing failed");
      assertThat(metrics(i)).contains("forebay_listing_failing{dataset=\"images\"} 1");
    }
    assertThat(snapshotInUse()).isEqualTo(before);

    run(0, "snapshot", "create", "--allow-shrink", "--strict", "--node", node(0), Nodes.DATA_SET);
    assertThat(snapshotInUse()).isNotEqualTo(before);
    assertThat(run(0, "status", "--node", node(0))).doesNotContain("last listing");
    assertThat(metrics(0)).contains("forebay_listing_failing{dataset=\"images\"} 0");
  }

  @Test
  void unfinishedWritesAreListedAndRemovedByAge() throws Exception {
    nodes.oss().beginUpload("bucket", "root/checkpoint");
    String[] unfinished = {"unfinished", "--node", node(0), Nodes.DATA_SET};
    assertThat(run(0, unfinished)).contains("0 unfinished");
    assertThat(run(0, with(unfinished, "--older-than", "0s")))
        .contains("checkpoint", "1 unfinished");
    assertThat(run(0, with(unfinished, "--remove"))).contains("0 removed");
    assertThat(nodes.oss().openUploads("bucket")).isEqualTo(1);
    assertThat(run(0, with(unfinished, "--older-than", "0s", "--remove"))).contains("1 removed");
    assertThat(nodes.oss().openUploads("bucket")).isZero();
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  private String metrics(int index) throws Exception {
    URI uri = URI.create("http://" + nodes.server(index).adminAddress() + "/metrics");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private DataSet writer() throws IOException {
    Forebay.Builder builder = Forebay.builder().node(nodes.nodeDirectory(0));
    nodes.ossOptions().forEach(builder::option);
    return nodes.remember(builder.open()).dataSet(Nodes.DATA_SET);
  }

  private String snapshotInUse() throws IOException {
    return nodes.server(0).node().dataSet(Nodes.DATA_SET).snapshots().inUse().orElseThrow().text();
  }

  @Test
  void whatOneClientWritesAllOthersRead() throws Exception {
    DataSet writer = writer();
    DataSet beside = nodes.onNode(1).dataSet(Nodes.DATA_SET);
    for (boolean snapshot : new boolean[] {false, true}) {
      if (snapshot) {
        run(0, "load", "--node", node(0), "--metadata", Nodes.DATA_SET);
        run(0, "load", "--node", node(1), "--metadata", Nodes.DATA_SET);
      }
      int before = beside.list("").size();
      byte[] content = ("checkpoint " + snapshot).getBytes(StandardCharsets.UTF_8);
      writer.write("new", new java.io.ByteArrayInputStream(content), content.length);
      assertThat(Nodes.bytes(beside.read("new"))).isEqualTo(content);
      assertThat(Nodes.bytes(writer.read("new"))).isEqualTo(content);
      assertThat(beside.list("")).hasSize(before + 1);
      writer.rename("new", "kept/newer");
      assertThat(Nodes.bytes(beside.read("kept/newer"))).isEqualTo(content);
      assertThat(beside.list("kept")).hasSize(1);
      assertThatThrownBy(() -> beside.stat("new")).isInstanceOf(NoSuchFileException.class);
      writer.delete("kept/newer");
      assertThat(beside.list("")).hasSize(before);
    }
    assertThatThrownBy(() -> beside.delete("big"))
        .hasMessageContaining("has no keys for oss://bucket/root");
  }

  @Test
  void whatWasWrittenSinceTheSnapshotOutlivesARestart() throws Exception {
    run(0, "load", "--node", node(0), "--metadata", Nodes.DATA_SET);
    DataSet writer = writer();
    writer.write("checkpoint", new java.io.ByteArrayInputStream(new byte[] {1, 2, 3}), 3);
    writer.delete("big");
    nodes.stop(0);
    nodes.start(0);
    DataSet reader = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    assertThat(Nodes.bytes(reader.read("checkpoint"))).containsExactly(1, 2, 3);
    assertThat(reader.list("")).extracting("path").contains("checkpoint").doesNotContain("big");
    assertThatThrownBy(() -> reader.stat("big")).isInstanceOf(NoSuchFileException.class);

    reader.refresh();
    assertThat(reader.stat("checkpoint").size()).isEqualTo(3);
    assertThatThrownBy(() -> reader.stat("big")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aSuspendedDataSetIsServedFromTheCacheAlone() throws Exception {
    String cached = nodes.paths().get(5);
    String missing = nodes.paths().get(6);
    DataSet data = nodes.elsewhere().dataSet(Nodes.DATA_SET);
    data.read(cached);
    data.stat(missing);
    for (int server : new int[] {0, 1}) {
      run(0, "suspend", "--node", node(server), Nodes.DATA_SET);
      nodes.stop(server);
      nodes.start(server);
    }
    assertThat(status(Nodes.DATA_SET).get("phase").asText()).isEqualTo("Suspended");
    long requests = nodes.oss().traffic().counts().total();
    assertThat(Nodes.bytes(data.read(cached))).isEqualTo(nodes.files().get(cached));
    assertThatThrownBy(() -> data.read(missing)).hasStackTraceContaining("forebay resume");
    assertThat(nodes.oss().traffic().counts().total()).isEqualTo(requests);

    run(0, "resume", "--node", node(0), Nodes.DATA_SET);
    run(0, "resume", "--node", node(1), Nodes.DATA_SET);
    assertThat(Nodes.bytes(data.read(missing))).isEqualTo(nodes.files().get(missing));
  }

  @Test
  void statusTellsWhoseReadsWereLocal() throws Exception {
    DataSet near = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    DataSet far = nodes.elsewhere().dataSet(Nodes.DATA_SET);
    run(0, "load", "--node", node(0), Nodes.DATA_SET);
    double before = status(Nodes.DATA_SET).get("localHitRatio").asDouble();
    for (String each : nodes.paths()) {
      near.read(each);
    }
    await()
        .atMost(ONE_MINUTE)
        .until(() -> status(Nodes.DATA_SET).get("localHitRatio").asDouble() > before);
    double local = status(Nodes.DATA_SET).get("localHitRatio").asDouble();
    for (String each : nodes.paths()) {
      far.read(each);
    }
    await()
        .atMost(ONE_MINUTE)
        .until(() -> status(Nodes.DATA_SET).get("localHitRatio").asDouble() < local);
  }

  @Test
  void manifestsAreAppliedKeptOverRestartsAndDropped() throws Exception {
    Path file = directory.resolve("dataset.yaml");
    Files.writeString(file, manifest("copied", "/"));
    run(0, "apply", "--node", node(1), "-f", file.toString());
    assertThat(run(0, "apply", "--node", node(0), "-f", file.toString()))
        .contains("Dataset/copied created", "DataLoad/warm-copied started");
    await()
        .atMost(ONE_MINUTE)
        .until(() -> run(0, "loads", "--node", node(0)).contains("warm-copied: Complete"));
    assertThat(status("copied").get("cachedPercentage").asDouble()).isGreaterThan(0);
    assertThat(run(0, "apply", "--node", node(0), "-f", file.toString()))
        .contains("Dataset/copied unchanged", "DataLoad/warm-copied unchanged, Complete");
    Path kept = nodes.nodeDirectory(0).resolve("datasets/copied.yaml");
    assertThat(Files.getPosixFilePermissions(kept)).hasSize(2);

    nodes.stop(0);
    nodes.start(0);
    assertThat(status("copied").get("fileNum").asLong()).isEqualTo(41);
    assertThat(metrics(0)).contains("dataset=\"copied\"");
    String cron =
        "apiVersion: data.fluid.io/v1alpha1\nkind: DataLoad\nmetadata: {name: nightly}\n"
            + "spec: {dataset: {name: copied}, policy: Cron, schedule: '0 2 * * *'}";
    run(0, "apply", "--node", node(0), "-f", write("cron.yaml", cron));
    assertThat(run(0, "drop", "--node", node(0), "copied"))
        .contains("data set 'copied' is dropped")
        .doesNotContain("after a restart");
    assertThat(kept).doesNotExist();
    for (boolean restarted : new boolean[] {false, true}) {
      if (restarted) {
        nodes.stop(0);
        nodes.start(0);
      }
      assertThat(run(0, "status", "--node", node(0), "-o", "json"))
          .doesNotContain(": \"copied\"", "not served");
      assertThat(metrics(0)).doesNotContain("\"copied\"");
      assertThat(loads()).doesNotContain("nightly");
      assertThat(run(1, "drop", "--node", node(0), "copied"))
          .contains("nothing to drop: data set 'copied' is not served here");
    }
    assertThat(run(0, "drop", "--node", node(0), Nodes.DATA_SET)).contains("after a restart");
  }

  /** As {@link #manifest}, with the keys in a secret. */
  private String dataSetWithSecret(String name) {
    String dataSet = manifest(name, "/");
    return dataSet
            .substring(0, dataSet.indexOf("---"))
            .replaceFirst(" +fs.oss.accessKeyId: id\n +fs.oss.accessKeySecret: secret\n", "")
        + """
              encryptOptions:
                - name: fs.oss.accessKeyId
                  valueFrom: {secretKeyRef: {name: keys, key: id}}
                - name: fs.oss.accessKeySecret
                  valueFrom: {secretKeyRef: {name: keys, key: secret}}
        """;
  }

  private static String secret(String value) {
    return "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\n"
        + "stringData: {id: id, secret: "
        + value
        + "}\n";
  }

  @Test
  void aSecretOfAManifestIsKeptForTheServersUserAloneAndShownNowhere() throws Exception {
    nodes.oss().rotateKey("id", "hush-1");
    String both = write("both.yaml", secret("hush-1") + "---\n" + dataSetWithSecret("copied"));
    assertThat(run(0, "apply", "--node", node(0), "-f", both))
        .contains("Secret/keys created", "Dataset/copied created")
        .doesNotContain("hush");
    Path kept = nodes.nodeDirectory(0).resolve("applied-secrets");
    assertThat(Files.getPosixFilePermissions(kept)).hasSize(3);
    assertThat(Files.getPosixFilePermissions(kept.resolve("keys/secret"))).hasSize(2);
    assertThat(run(0, "ls", "--node", node(0), "copied", "dir0")).contains("dir0/");
    assertThat(Files.readString(nodes.nodeDirectory(0).resolve("node.properties")))
        .contains("copied")
        .doesNotContain("hush");

    nodes.stop(0);
    nodes.start(0);
    nodes.oss().rotateKey("id", "hush-2");
    assertThat(run(1, "ls", "--node", node(0), "copied", "dir1")).doesNotContain("hush");
    String alone = write("secret.yaml", secret("hush-2"));
    assertThat(run(0, "apply", "--node", node(0), "-f", alone)).contains("Secret/keys changed");
    assertThat(run(0, "apply", "--node", node(0), "-f", alone)).contains("Secret/keys unchanged");
    assertThat(run(0, "ls", "--node", node(0), "copied", "dir1")).contains("dir1/");

    run(0, "drop", "--node", node(0), "copied");
    assertThat(kept).isEmptyDirectory();
  }

  @Test
  void aReferenceToAPartOfADataSetSharesItsCache() throws Exception {
    String whole = write("whole.yaml", manifest("whole", "/"));
    String part =
        write(
            "part.yaml",
            """
            apiVersion: data.fluid.io/v1alpha1
            kind: Dataset
            metadata: {name: part}
            spec:
              mounts:
                - mountPoint: dataset://default/whole/dir0
                  name: any
            """);
    assertThat(run(1, "apply", "--node", node(0), "-f", part))
        .contains("Dataset/part created, NotBound", "'whole', which is not served here");
    run(0, "apply", "--node", node(1), "-f", whole, "-f", part);
    assertThat(run(0, "apply", "--node", node(0), "-f", whole, "-f", part))
        .contains("Dataset/part unchanged, Bound to the directory 'dir0' of data set 'whole'");
    await().atMost(ONE_MINUTE).until(() -> loads().contains("warm-whole: Complete"));
    long gets = nodes.oss().traffic().counts().of("GET");
    nodes.stop(0);
    nodes.start(0);

    DataSet images = nodes.onNode(0).dataSet("part");
    assertThat(images.walk(""))
        .extracting(FileStatus::path)
        .contains("file-0", "file-7")
        .hasSize(6);
    assertThat(images.stat("").directory()).isTrue();
    byte[] content = nodes.files().get("dir0/file-7");
    assertThat(Nodes.bytes(images.read("file-7"))).isEqualTo(content);
    assertThat(Nodes.bytes(nodes.elsewhere().dataSet("part").read("file-7"))).isEqualTo(content);
    assertThat(nodes.oss().traffic().counts().of("GET")).isEqualTo(gets);
    assertThatThrownBy(() -> images.delete("file-7"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("open 'whole'");
    assertThat(run(0, "ls", "--node", node(0), "part")).contains("file-7");
    assertThat(run(1, "snapshot", "create", "--node", node(0), "part"))
        .contains("'part' is the directory 'dir0' of data set 'whole'; use that name");

    assertThat(run(0, "status", "--node", node(0)))
        .contains("part: Bound to the directory 'dir0' of data set 'whole'");

    run(0, "drop", "--node", node(0), "part");
    assertThat(run(1, "ls", "--node", node(0), "part")).contains("'part' is not served here");
    assertThat(run(0, "ls", "--node", node(0), "whole", "dir0")).contains("file-7");
  }

  @Test
  void aLoadRunsAfterAnotherAndAgainWheneverFilesChange() throws Exception {
    Path file = directory.resolve("dataset.yaml");
    String kind = "\n---\napiVersion: data.fluid.io/v1alpha1\nkind: DataLoad\n";
    Files.writeString(
        file,
        manifest("copied", "/dir0")
            + kind
            + "metadata: {name: all}\n"
            + "spec:\n  dataset: {name: copied}\n  policy: OnEvent\n"
            + "  runAfter: {kind: DataLoad, name: warm-copied}"
            + kind
            + "metadata: {name: never}\n"
            + "spec:\n  dataset: {name: copied}\n  target: [{path: /no/such}]"
            + kind
            + "metadata: {name: behind}\n"
            + "spec: {dataset: {name: copied}, runAfter: {kind: DataLoad, name: never}}");
    run(0, "apply", "--node", node(1), "-f", write("other.yaml", manifest("copied", "/dir0")));
    assertThat(run(0, "apply", "--node", node(0), "-f", file.toString()))
        .contains("DataLoad/all started");
    await().atMost(ONE_MINUTE).until(() -> loads().contains("all: Complete"));
    assertThat(resident(0) + resident(1)).isEqualTo(41);
    await()
        .atMost(ONE_MINUTE)
        .until(() -> loads().contains("load 'never' failed, and this load waited for it"));

    nodes.add("young", 7);
    nodes.stop(0);
    nodes.start(0);
    run(0, "snapshot", "create", "--node", node(0), "copied");
    await().atMost(ONE_MINUTE).until(() -> resident(0) + resident(1) == 42);
    await().atMost(ONE_MINUTE).until(() -> loads().contains("all: Complete"));
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  private String loads() throws IOException {
    return run(0, "loads", "--node", node(0));
  }

  @Test
  void aRuntimeHasItsDataSetListedUnlessItSaysNot() throws Exception {
    for (boolean autoSync : new boolean[] {false, true}) {
      String name = "sync" + autoSync;
      String dataSet = manifest(name, "/");
      Path file = directory.resolve(name + ".yaml");
      Files.writeString(
          file,
          dataSet.substring(0, dataSet.indexOf("---"))
              + """
        ---
        apiVersion: data.fluid.io/v1alpha1
        kind: JindoRuntime
        metadata:
          name: %s
        spec:
          management:
            metadataSyncPolicy:
              autoSync: %s
        """
                  .formatted(name, autoSync));
      String printed = run(0, "apply", "--node", node(0), "-f", file.toString());
      assertThat(printed.contains("is being listed")).isEqualTo(autoSync);
    }
    await().atMost(ONE_MINUTE).until(() -> status("synctrue").get("fileNum").asLong() == 41);
    assertThat(status("syncfalse").get("fileNum").isNull()).isTrue();
  }

  @Test
  void onlyTheServersOwnUserAppliesAndDrops() throws Exception {
    Path file = directory.resolve("dataset.yaml");
    Files.writeString(file, manifest("copied", "/"));
    String admin = nodes.server(0).adminAddress();
    assertThat(run(1, "apply", "--admin", admin, "-f", file.toString())).contains("--node");
    assertThat(run(1, "drop", "--admin", admin, Nodes.DATA_SET)).contains("--node");
    assertThat(Files.getPosixFilePermissions(nodes.nodeDirectory(0).resolve("admin.token")))
        .hasSize(2);
  }

  @Test
  void aMistakeInAManifestAppliesNothingAndIsNamed() throws Exception {
    Path file = directory.resolve("dataset.yaml");
    Files.writeString(file, manifest("copied", "/").replace("loadMetadata", "loadMetdata"));
    assertThat(run(1, "apply", "--node", node(0), "-f", file.toString()))
        .contains("dataset.yaml:22: spec.loadMetdata is unknown");
    assertThat(run(1, "drop", "--node", node(0), "copied")).contains("not served here");
  }

  @Test
  void whatKubectlPrintsIsApplied() throws Exception {
    String text = manifest("printed", "/");
    String listed =
        "apiVersion: v1\nkind: List\nmetadata: {resourceVersion: ''}\nitems:\n"
            + Stream.of(text.split("---\n", -1))
                .map(
                    object ->
                        object.replaceFirst(
                                "metadata:\n",
                                """
                                metadata:
                                  creationTimestamp: '2026-01-31T14:25:36Z'
                                  generation: 2
                                  resourceVersion: '77'
                                  uid: 1b4f
                                  finalizers: [fluid]
                                  managedFields:
                                    - {manager: kubectl, fieldsV1: {f:spec: {}}}
                                """)
                            + "status:\n  phase: Bound\n  conditions: []\n")
                .map(object -> ("- " + object.strip().replace("\n", "\n  ") + "\n"))
                .collect(java.util.stream.Collectors.joining());
    assertThat(run(0, "apply", "--node", node(0), "-f", write("list.yaml", listed)))
        .contains("Dataset/printed created, Bound", "DataLoad/warm-printed started");
  }

  @Test
  void aLoadOfAnUnknownDataSetLeavesTheWholeFileUnapplied() throws Exception {
    String load =
        """
        ---
        apiVersion: data.fluid.io/v1alpha1
        kind: DataLoad
        metadata:
          name: warm
        spec:
          dataset: {name: imges, namespace: default}
        """;
    String file = write("part.yaml", manifest("unborn", "/") + load);
    assertThat(run(1, "apply", "--node", node(0), "-f", file))
        .contains("DataLoad/warm: data set 'imges' is neither", "nothing was applied");
    assertThat(run(0, "status", "--node", node(0))).doesNotContain("unborn");
  }

  @Test
  void mistakesInOptionsAndSecretsAreNamedWithTheirLines() throws Exception {
    String text = manifest("wrong", "/");
    String unknown = write("option.yaml", text.replace("fs.oss.endpoint", "fs.oss.endpont"));
    assertThat(run(1, "apply", "--node", node(0), "-f", unknown))
        .contains("option.yaml:11: spec.mounts[0].options.fs.oss.endpont is wrong: unknown option");
    String missing =
        text.replace(
            "        fs.oss.accessKeySecret: secret\n",
            """
                  encryptOptions:
                    - name: fs.oss.accessKeySecret
                      valueFrom: {secretKeyRef: {name: no-such, key: key}}
            """);
    assertThat(run(1, "apply", "--node", node(0), "-f", write("secret.yaml", missing)))
        .contains("secret.yaml:15: spec.mounts[0].encryptOptions[0].valueFrom.secretKeyRef")
        .contains("no-such/key");
    assertThat(run(1, "drop", "--node", node(0), "wrong")).contains("nothing to drop");
  }

  @Test
  void moreReplicasThanServersAreSaid() throws Exception {
    assertThat(run(1, "load", "--node", node(0), "--replicas", "3", Nodes.DATA_SET))
        .contains("3 replicas are requested, but there are 2 cache servers");
    String load =
        "apiVersion: data.fluid.io/v1alpha1\nkind: DataLoad\nmetadata: {name: much}\n"
            + "spec: {dataset: {name: images}, target: [{path: /, replicas: 3}]}";
    assertThat(run(0, "apply", "--node", node(0), "-f", write("much.yaml", load)))
        .contains("warning: DataLoad/much: 3 replicas are requested", "DataLoad/much started");
  }

  @Test
  void aLoadThatWasInterruptedGoesOnAfterARestart() throws Exception {
    run(0, "load", "--node", node(0), "--metadata", Nodes.DATA_SET);
    nodes.oss().faults().rate(1, io.forebay.samples.oss.Fault.HANG);
    run(0, "load", "--node", node(0), "--data", "--no-wait", Nodes.DATA_SET);
    String behind =
        "apiVersion: data.fluid.io/v1alpha1\nkind: DataLoad\nmetadata: {name: behind}\n"
            + "spec: {dataset: {name: images}, runAfter: {kind: DataLoad, name: load-images}}";
    run(0, "apply", "--node", node(0), "-f", write("behind.yaml", behind));
    nodes.stop(0);
    nodes.oss().faults().clear();
    nodes.start(0);
    await()
        .atMost(ONE_MINUTE)
        .until(() -> run(0, "loads", "--node", node(0)).contains("load-images: Complete"));
    await().atMost(ONE_MINUTE).until(() -> loads().contains("behind: Complete"));
    assertThat(resident(0) + resident(1)).isEqualTo(41);
  }

  @Test
  void aLoadCanBeCancelled() throws Exception {
    run(0, "load", "--node", node(0), "--metadata", Nodes.DATA_SET);
    nodes.oss().faults().rate(1, io.forebay.samples.oss.Fault.HANG);
    run(0, "load", "--node", node(0), "--data", "--no-wait", Nodes.DATA_SET);
    assertThat(run(1, "load", "--node", node(0), "--data", Nodes.DATA_SET))
        .contains("is still running");
    run(0, "load", "--node", node(0), "--cancel", Nodes.DATA_SET);
    await()
        .atMost(ONE_MINUTE)
        .until(() -> run(0, "loads", "--node", node(0)).contains("load-images: Failed"));
    nodes.oss().faults().clear();
    assertThat(run(0, "loads", "--node", node(0), "-o", "yaml")).contains("reason: cancelled");
    assertThat(run(1, "load", "--node", node(0), "--cancel", Nodes.DATA_SET))
        .contains("load 'load-images' has already ended (Failed); nothing to cancel");
  }

  @Test
  void filesAreListedShownReadAndCopiedByCommands() throws Exception {
    String path = nodes.paths().get(5);
    assertThat(run(0, "ls", "--node", node(0), Nodes.DATA_SET)).contains("big", "dir0/");
    assertThat(run(0, "ls", "--node", node(0), "-R", Nodes.DATA_SET).lines()).hasSize(41);
    assertThat(run(0, "stat", "--node", node(0), "-o", "yaml", Nodes.DATA_SET, path))
        .contains("size: " + nodes.files().get(path).length);
    assertThat(run(0, "cat", "--node", node(0), Nodes.DATA_SET, path)).isNotEmpty();
    Path copies = directory.resolve("copies");
    run(0, "cp", "--node", node(0), Nodes.DATA_SET, "", copies.toString());
    for (String each : nodes.paths()) {
      assertThat(Files.readAllBytes(copies.resolve(each))).isEqualTo(nodes.files().get(each));
    }
    assertThat(run(1, "stat", "--node", node(0), Nodes.DATA_SET, "no/such")).contains("no/such");
    assertThat(run(1, "ls", "--node", directory.toString(), "x"))
        .contains("has written its address to");
    assertThat(run(0, "generate-completion")).contains("complete");
  }

  @Test
  void messagesSayWhatHappenedToWhatAndWhatToDo() throws Exception {
    Path binary = Files.write(directory.resolve("binary.yaml"), new byte[] {(byte) 0xff, 'x'});
    Path missing = directory.resolve("missing.yaml");
    String here = node(0);
    assertThat(run(1, "apply", "--node", here, "-f", missing.toString()))
        .isEqualTo("forebay: " + missing + ": no such file\n");
    assertThat(run(1, "apply", "--node", here, "-f", directory.toString()))
        .isEqualTo("forebay: " + directory + ": is a directory, not a file\n");
    assertThat(run(1, "serve", "--config", binary.toString(), "--set", "directory=/d"))
        .isEqualTo("forebay: " + binary + ": is not UTF-8 text\n");
    assertThat(run(1, "serve", "--set", "directory=" + binary))
        .isEqualTo("forebay: " + binary + ": exists already and is not a directory\n");
    for (String[] wrong :
        new String[][] {
          {"prune", "images", "--older-than", "soon"},
          {"unfinished", "images", "--older-than", "soon"},
          {"load", "images", "--replicas", "0"},
          {"snapshot", "use", "images", "newest"},
          {"apply", "-f", missing.toString(), "--wait", "long"},
        }) {
      run(2, wrong);
    }
    assertThat(run(0, "snapshot", "create", "--node", here, Nodes.DATA_SET))
        .doesNotContain("0 of 0", "/s")
        .containsPattern("snapshot [-0-9]+ is in use: 41 files, 47.9 MiB");
    assertThat(run(0, "snapshot", "create", "--node", here, Nodes.DATA_SET))
        .contains("as before, because nothing has changed");
    run(0, "load", "--node", here, Nodes.DATA_SET);
    assertThat(run(0, "load", "--node", here, Nodes.DATA_SET)).doesNotContain("/s");
    assertThat(run(1, "stat", "--node", here, Nodes.DATA_SET, "no/such"))
        .startsWith("forebay: images/no/such: not in the snapshot of ")
        .contains("forebay snapshot create images");
    assertThat(run(0, "suspend", "--node", here, Nodes.DATA_SET)).contains("forebay resume images");
  }

  @Test
  void theDoctorSaysWhatIsWrongAndWhatToDo() throws Exception {
    Path config = directory.resolve("good.yaml");
    Files.writeString(config, manifest("checked", "/"));
    String set = "directory=" + directory.resolve("new");
    String ports = "listen.tcp=127.0.0.1:0";
    String admin = "listen.admin=127.0.0.1:0";
    String[] arguments = {
      "doctor", "--set", set, "--set", ports, "--set", admin, "--config", config.toString()
    };
    assertThat(run(0, arguments)).contains("ok  data set checked").doesNotContain("WRONG");

    Files.writeString(config, manifest("checked", "/").replace("Secret: secret", "Secret: wrong"));
    assertThat(run(1, arguments))
        .contains("WRONG  data set checked", "check key and secret")
        .doesNotContain("wrong\n");
    arguments[2] = set.replace("new", "node-0");
    arguments[4] = "listen.tcp=" + nodes.address(0);
    assertThat(run(1, arguments))
        .contains("in use by the server that runs here")
        .containsPattern("ok +the server that runs here: ready");
    try (ServerSocket other = new ServerSocket(0)) {
      arguments[4] = "listen.tcp=127.0.0.1:" + other.getLocalPort();
      assertThat(run(1, arguments)).containsPattern("WRONG +port .*choose another");
    }
  }
}
