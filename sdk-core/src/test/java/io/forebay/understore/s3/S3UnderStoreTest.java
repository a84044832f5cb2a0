package io.forebay.understore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.FileStatus;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreContract;
import io.forebay.understore.layer.UnderStores;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract against a real S3 server; each test has a prefix of its own. */
class S3UnderStoreTest extends UnderStoreContract {

  private static S3Server server;
  private static int prefixes;

  @BeforeAll
  static void start() throws Exception {
    server = new S3Server();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Override
  protected UnderStore create() throws IOException {
    return open("s3://data/p" + prefixes++, server.options());
  }

  private static UnderStore open(String root, Map<String, String> options) throws IOException {
    return UnderStores.open(DataSetSpec.of(URI.create(root), options));
  }

  @Test
  void aLargeFileIsPutInParts() throws IOException {
    byte[] content = bytes(11 << 20, 20);
    FileStatus file = put("large", content);
    assertThat(file.etag()).contains("-"); // what S3 gives to an upload in parts
    assertThat(read(file, 5_000_000, 1_000_000))
        .isEqualTo(java.util.Arrays.copyOfRange(content, 5_000_000, 6_000_000));
  }

  @Test
  void aWrongSecretIsNamedButNeverShown() throws IOException {
    Map<String, String> options = server.options();
    options.put("fs.s3a.secret.key", "wrong-s3cr3t");
    try (UnderStore store = open("s3a://data", options)) {
      assertThatThrownBy(() -> store.stat("x"))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("s3a://data/x")
          .hasMessageNotContaining("s3cr3t");
    }
  }

  @Test
  void aMissingBucketIsNamed() throws IOException {
    try (UnderStore store = open("s3://no-such-bucket", server.options())) {
      assertThatThrownBy(() -> store.stat("")).hasMessageContaining("no-such-bucket");
    }
  }

  @Test
  void anUnreachableEndpointFailsWithItsName() throws IOException {
    Map<String, String> options = server.options();
    options.put("fs.s3a.endpoint", "http://127.0.0.1:1");
    try (UnderStore store = open("s3://data", options)) {
      assertThatThrownBy(() -> store.stat("x")).hasMessageContaining("s3://data/x");
    }
  }

  @Test
  void optionsOfFluidsRuntimesAreUnderstood() throws IOException {
    Map<String, String> options =
        Map.of(
            "alluxio.underfs.s3.endpoint",
            server.options().get("fs.s3a.endpoint"),
            "alluxio.underfs.s3.disable.dns.buckets",
            "true",
            "aws.accessKeyId",
            "id",
            "aws.secretKey",
            S3Server.SECRET);
    try (UnderStore store = open("s3://data", options)) {
      assertThatThrownBy(() -> store.stat("nothing")).isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void badOptionsAreNamed() {
    Map<String, String> options = server.options();
    options.put("fs.s3a.acces.key", "typo");
    assertThatThrownBy(() -> open("s3://data", options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fs.s3a.acces.key")
        .hasMessageContaining("fs.s3a.access.key")
        .hasMessageNotContaining("typo");
    assertThatThrownBy(() -> open("s3:///nowhere", server.options()))
        .hasMessageContaining("must name a bucket");
  }
}
