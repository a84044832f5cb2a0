package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.UnderStore;
import io.forebay.understore.layer.UnderStores;
import io.forebay.understore.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What clients do by themselves while their server is down. The data set is in a private S3 store,
 * and each process has the keys of somebody else's in its environment, as is usual.
 */
class DirectAccessTest {

  private static final Map<String, String> AMBIENT =
      Map.of("aws.accessKeyId", "someone", "aws.secretAccessKey", "else");

  private static final byte[] CONTENT = "private bytes".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path directory;
  private S3Server s3;
  private CacheServer server;

  @BeforeEach
  void start() throws Exception {
    AMBIENT.forEach(System::setProperty);
    s3 = new S3Server();
    try (UnderStore store =
        UnderStores.open(DataSetSpec.of(URI.create("s3://data"), s3.options()))) {
      store.put("f", new ByteArrayInputStream(CONTENT), CONTENT.length);
    }
    Map<String, String> settings = new HashMap<>();
    settings.put("directory", node().toString());
    settings.put("listen.tcp", "127.0.0.1:0");
    settings.put("listen.admin", "127.0.0.1:0");
    settings.put("dataset.private.root", "s3://data");
    s3.options().forEach((key, value) -> settings.put("dataset.private." + key, value));
    Path files = Files.createDirectories(directory.resolve("files"));
    Files.write(files.resolve("f"), CONTENT);
    settings.put("dataset.directory.root", files.toUri().toString());
    Path config = directory.resolve("forebay.properties");
    Files.write(
        config, settings.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    server = CacheServer.start(ServerConfig.load(config));
  }

  @AfterEach
  void stop() throws Exception {
    AMBIENT.keySet().forEach(System::clearProperty);
    server.close();
    s3.close();
  }

  private Path node() {
    return directory.resolve("node");
  }

  private Forebay.Builder withKeys(Forebay.Builder builder) {
    return builder.option("fs.s3a.access.key", "id").option("fs.s3a.secret.key", S3Server.SECRET);
  }

  @Test
  void aClientWithoutKeysForTheDataSetAsksNoStoreAndSaysWhatFailedFirst() throws Exception {
    try (Forebay client = Forebay.connect(node())) {
      DataSet data = client.dataSet("private");
      data.stat("f");
      server.close();
      assertThatThrownBy(() -> data.read("f"))
          .hasMessageContaining("cannot connect to cache server")
          .hasStackTraceContaining("has no keys for s3://data");
      assertThatThrownBy(() -> data.stat("g"))
          .hasMessageContaining("cache server")
          .hasStackTraceContaining("has no keys for s3://data");
      assertThatThrownBy(() -> data.write("g", new ByteArrayInputStream(CONTENT), CONTENT.length))
          .hasMessageContaining("has no keys for s3://data");
    }
  }

  @Test
  void aClientWithKeysReadsAndWritesWhereTheServerDoes() throws Exception {
    for (Forebay.Builder builder :
        new Forebay.Builder[] {
          Forebay.builder().node(node()), Forebay.builder().servers(server.address())
        }) {
      try (Forebay client = withKeys(builder).open()) {
        DataSet data = client.dataSet("private");
        data.stat("f");
        data.write("new", new ByteArrayInputStream(CONTENT), CONTENT.length);
        assertThat(Nodes.bytes(data.read("new"))).isEqualTo(CONTENT);
        data.delete("new");
      }
    }
    try (Forebay client = withKeys(Forebay.builder().node(node())).open()) {
      DataSet data = client.dataSet("private");
      server.close();
      assertThat(Nodes.bytes(data.read("f"))).isEqualTo(CONTENT);
      assertThatThrownBy(() -> data.stat("g")).isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void aDirectoryOfTheServersMachineIsReadThereOnly() throws Exception {
    try (Forebay elsewhere = Forebay.builder().servers(server.address()).open();
        Forebay here = Forebay.connect(node())) {
      DataSet far = elsewhere.dataSet("directory");
      DataSet near = here.dataSet("directory");
      far.stat("f");
      near.stat("f");
      server.close();
      assertThat(Nodes.bytes(near.read("f"))).isEqualTo(CONTENT);
      assertThatThrownBy(() -> far.read("f"))
          .hasStackTraceContaining("is a directory of the cache servers");
    }
  }
}
