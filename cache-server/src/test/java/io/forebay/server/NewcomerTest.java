package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.Forebay;
import io.forebay.cli.ForebayCommand;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.UnderStore;
import io.forebay.understore.layer.UnderStores;
import io.forebay.understore.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A newcomer copies a Secret, a Dataset, a JindoRuntime and a DataLoad as Fluid has them, points
 * them at an S3 server, and sees what Fluid would show.
 */
class NewcomerTest {

  private static final String MANIFESTS =
      """
      apiVersion: v1
      kind: Secret
      metadata:
        name: mysecret
        namespace: default
      type: Opaque
      stringData:
        accessKeyId: id
        accessKeySecret: SECRET
      ---
      apiVersion: data.fluid.io/v1alpha1
      kind: Dataset
      metadata:
        name: demo
      spec:
        mounts:
          - mountPoint: s3://data/train/
            name: demo
            path: "/"
            options:
              fs.s3.endpoint: ENDPOINT
              fs.s3a.path.style.access: "true"
            encryptOptions:
              - name: fs.s3.accessKeyId
                valueFrom: {secretKeyRef: {name: mysecret, key: accessKeyId}}
              - name: fs.s3.accessKeySecret
                valueFrom: {secretKeyRef: {name: mysecret, key: accessKeySecret}}
        accessModes: [ReadOnlyMany]
      ---
      apiVersion: data.fluid.io/v1alpha1
      kind: JindoRuntime
      metadata:
        name: demo
      spec:
        replicas: 1
        tieredstore:
          levels:
            - {mediumtype: MEM, path: DIRECTORY/mem, quota: 1Mi, high: "0.99", low: "0.8"}
            - {mediumtype: SSD, path: DIRECTORY/ssd, quota: 2Gi, high: "0.99", low: "0.8"}
      ---
      apiVersion: data.fluid.io/v1alpha1
      kind: DataLoad
      metadata:
        name: demo-load
      spec:
        dataset: {name: demo, namespace: default}
        loadMetadata: true
        target:
          - {path: /, replicas: 1}
      """;

  @TempDir private Path directory;

  private String run(int exit, String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine command = ForebayCommand.commandLine(arguments);
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
    assertThat(command.execute(arguments)).as("%s", out).isEqualTo(exit);
    return out.toString();
  }

  @Test
  void fluidsManifestsShowWhatFluidWouldShow() throws Exception {
    try (S3Server s3 = new S3Server()) {
      byte[] content = new byte[300_000];
      new Random(1).nextBytes(content);
      try (UnderStore store =
          UnderStores.open(DataSetSpec.of(URI.create("s3://data/train"), s3.options()))) {
        for (int i = 0; i < 20; i++) {
          store.put("c" + i % 2 + "/" + i, new ByteArrayInputStream(content), content.length);
        }
      }
      Path yaml = directory.resolve("demo.yaml");
      String endpoint = s3.options().get("fs.s3a.endpoint");
      Files.writeString(
          yaml,
          MANIFESTS
              .replace("ENDPOINT", endpoint)
              .replace("DIRECTORY", directory.toString())
              .replace("SECRET", S3Server.SECRET));
      Map<String, String> settings =
          Map.of(
              "directory",
              directory.resolve("node").toString(),
              "listen.unix",
              directory.resolve("s").toString(),
              "listen.tcp",
              "127.0.0.1:0",
              "listen.admin",
              "127.0.0.1:0");
      // Tiers are the server's own, so it starts with the file; the data set it gets by 'apply'.
      try (CacheServer server =
          CacheServer.start(ServerConfig.load(List.of(yaml), settings, w -> {}))) {
        String node = directory.resolve("node").toString();
        assertThat(run(0, "apply", "--node", node, "-f", yaml.toString()))
            .contains(
                "Secret/mysecret created",
                "Dataset/demo",
                "JindoRuntime/demo unchanged",
                "DataLoad/demo-load started");
        assertThat(run(0, "load", "--node", node, "demo")).contains("20 of 20 files");

        JsonNode status =
            new ObjectMapper().readTree(run(0, "status", "--node", node, "-o", "json"));
        JsonNode demo = status.get("dataSets").get(0);
        assertThat(demo.get("phase").asText()).isEqualTo("Bound");
        assertThat(demo.get("ufsTotal").asLong()).isEqualTo(6_000_000);
        assertThat(demo.get("fileNum").asLong()).isEqualTo(20);
        assertThat(demo.get("cachedPercentage").asDouble()).isEqualTo(100);
        assertThat(status.get("tiers")).hasSize(2);
        assertThat(run(0, "status", "--node", node)).contains("Bound", "100.0%");
        assertThat(server.node().store().fileCount()).isEqualTo(20);

        try (Forebay trainer = Forebay.connect(directory.resolve("node"))) {
          assertThat(Nodes.bytes(trainer.dataSet("demo").read("c1/3"))).isEqualTo(content);
        }
      }
    }
  }
}
