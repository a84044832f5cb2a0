package io.forebay.understore.oss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.FileStatus;
import io.forebay.samples.oss.Fault;
import io.forebay.samples.oss.OssServer;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.TreeListing;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreContract;
import io.forebay.understore.UnderStoreException;
import io.forebay.understore.layer.UnderStores;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OssUnderStoreTest {

  private static final String SECRET = "s3cr3t-of-the-bucket";

  private OssServer server;

  private Map<String, String> options() throws IOException {
    if (server == null) {
      server = OssServer.builder().bucket("data").key("id", SECRET).start();
    }
    Map<String, String> options = new HashMap<>();
    options.put("fs.oss.endpoint", server.endpoint());
    options.put("fs.oss.accessKeyId", "id");
    options.put("fs.oss.accessKeySecret", SECRET);
    options.put("fs.oss.multipart.part.size", "1048576");
    return options;
  }

  private UnderStore open(String root, Map<String, String> options) throws IOException {
    return UnderStores.open(DataSetSpec.of(URI.create(root), options));
  }

  @AfterEach
  void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  private static final List<Fault> PASSING_AT_ONCE =
      Arrays.stream(Fault.values())
          .filter(fault -> fault.isPassing() && fault != Fault.HANG)
          .toList();

  @Test
  void aRequestThatHangsIsGivenUpAndTriedAgain() throws IOException {
    Map<String, String> options = options();
    options.put("fs.oss.timeout.millisecond", "1000");
    byte[] content = {1, 2, 3};
    server.put("data", "file", content);
    try (UnderStore store = open("oss://data", options)) {
      FileStatus file = store.stat("file");
      server.faults().next(1, Fault.HANG);
      try (InputStream in = store.open(file, 0, 3)) {
        assertThat(in.readAllBytes()).isEqualTo(content);
      }
    }
  }

  /** The contract over the protocol, with either signature, at the root of a bucket or below. */
  abstract class Contract extends UnderStoreContract {

    @Test
    void aLargeFileIsPutInParts() throws IOException {
      byte[] content = bytes(3_500_000, 20);
      FileStatus file = put("large", content);
      assertThat(read(file, 0, content.length)).isEqualTo(content);
      assertThat(server.traffic().counts().of("MULTIPART")).isEqualTo(1 + 4 + 1);
      assertThat(server.openUploads("data")).isZero();
    }

    @Test
    void aMultipartPutThatFailsIsAborted() {
      byte[] tooShort = bytes(2_500_000, 21);
      assertThatThrownBy(
              () -> store().put("large", new java.io.ByteArrayInputStream(tooShort), 3_500_000))
          .isInstanceOf(IOException.class);
      assertThat(server.openUploads("data")).isZero();
    }

    @Test
    void anObjectAndADirectoryMayShareAName() throws IOException {
      FileStatus object = put("both", bytes(3, 22));
      put("both/below", bytes(4, 23));

      assertThat(store().stat("both")).isEqualTo(object);
      assertThat(TreeListing.list(store(), "both"))
          .extracting(FileStatus::path)
          .containsExactly("both/below");
    }

    @Test
    void passingFailuresAreTriedAgain() throws IOException {
      byte[] content = bytes(300_000, 24);
      FileStatus file = put("file", content);
      for (Fault fault : PASSING_AT_ONCE) {
        server.faults().next(1, fault);
        assertThat(read(file, 0, content.length)).as("%s", fault).isEqualTo(content);
        if (fault != Fault.TRUNCATE) {
          server.faults().next(2, fault);
          assertThat(store().stat("file")).isEqualTo(file);
        }
      }
    }

    @Test
    void aFailureThatStaysIsReportedAfterAFewAttempts() throws IOException {
      FileStatus file = put("file", bytes(10, 25));
      server.faults().rate(1, Fault.INTERNAL_ERROR);
      long before = server.traffic().counts().total();
      assertThatThrownBy(() -> read(file, 0, 10))
          .isInstanceOf(UnderStoreException.class)
          .hasMessageContaining("InternalError")
          .hasMessageContaining("file");
      assertThat(server.traffic().counts().total() - before).isEqualTo(5);
    }
  }

  @Nested
  class WithV1AtTheRoot extends Contract {
    @Override
    protected UnderStore create() throws IOException {
      return open("oss://data", options());
    }
  }

  @Nested
  class WithV4BelowAPrefix extends Contract {
    @Override
    protected UnderStore create() throws IOException {
      Map<String, String> options = options();
      options.put("fs.oss.region", "cn-hangzhou");
      server.put("data", "elsewhere", new byte[] {1});
      return open("oss://data/some/prefix/", options);
    }
  }

  @Test
  void aMissingBucketIsNamedAndNotTriedAgain() throws IOException {
    try (UnderStore store = open("oss://no-such-bucket/x", options())) {
      assertThatThrownBy(() -> TreeListing.list(store, ""))
          .isInstanceOf(UnderStoreException.class)
          .hasMessageContaining("NoSuchBucket")
          .hasMessageContaining("no-such-bucket");
      assertThat(server.traffic().counts().total()).isEqualTo(1);
    }
  }

  @Test
  void aWrongKeyIsDeniedAtOnceAndNotShown() throws IOException {
    Map<String, String> options = options();
    options.put("fs.oss.accessKeySecret", "wrong-" + SECRET);
    try (UnderStore store = open("oss://data", options)) {
      assertThatThrownBy(() -> store.stat("x"))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("SignatureDoesNotMatch")
          .satisfies(e -> assertThat(String.valueOf(e)).doesNotContain(SECRET));
      assertThat(server.traffic().counts().total()).isEqualTo(1);
    }
  }

  @Test
  void aRefusalSaysWhatToDo() throws IOException {
    try (UnderStore store = open("oss://data", options())) {
      for (Map.Entry<Fault, String> refusal :
          Map.of(
                  Fault.DENY, "check the permissions of this key",
                  Fault.EXPIRE_TOKEN, "renew the security token",
                  Fault.SKEW_CLOCK, "set the clock of this machine")
              .entrySet()) {
        server.faults().clear();
        server.faults().rate(1, refusal.getKey());
        long before = server.traffic().counts().total();
        assertThatThrownBy(() -> TreeListing.list(store, ""))
            .isInstanceOf(AccessDeniedException.class)
            .hasMessageContaining("oss://data/")
            .hasMessageContaining(refusal.getValue());
        if (refusal.getKey() != Fault.SKEW_CLOCK) { // the client tries another time by itself
          assertThat(server.traffic().counts().total() - before).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void anUnreachableEndpointIsReportedSoon() throws IOException {
    Map<String, String> options = options();
    options.put("fs.oss.endpoint", "http://127.0.0.1:1");
    try (UnderStore store = open("oss://data", options)) {
      assertThatThrownBy(() -> store.stat("x"))
          .isInstanceOf(UnderStoreException.class)
          .hasMessageContaining("oss://data/x");
    }
  }

  @Test
  void badOptionsAreNamed() throws IOException {
    Map<String, String> good = options();
    for (String[] bad :
        new String[][] {
          {"fs.oss.endpont", "x"},
          {"fs.oss.signature.version", "V9"},
          {"fs.oss.timeout.millisecond", "soon"},
          {"fs.oss.endpoint", ""},
        }) {
      Map<String, String> options = new HashMap<>(good);
      options.put(bad[0], bad[1]);
      assertThatThrownBy(() -> open("oss://data", options))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(bad[0]);
    }
    assertThatThrownBy(() -> open("oss:///nobucket", good)).hasMessageContaining("bucket");
  }

  @Test
  void keysComeFromAFileAndRotate(@TempDir Path directory) throws IOException {
    Map<String, String> options = options();
    options.remove("fs.oss.accessKeyId");
    options.remove("fs.oss.accessKeySecret");
    Path keys = directory.resolve("keys");
    Files.writeString(keys, "accessKeyId=id\naccessKeySecret=old\n");
    Files.setLastModifiedTime(keys, java.nio.file.attribute.FileTime.fromMillis(1_000));
    options.put("fs.oss.credentials.file", keys.toString());
    try (UnderStore store = open("oss://data", options)) {
      assertThatThrownBy(() -> store.stat("")).isInstanceOf(AccessDeniedException.class);
      Files.writeString(keys, "accessKeyId=id\naccessKeySecret=" + SECRET + "\n");
      assertThat(store.stat("").directory()).isTrue();
    }
  }

  /** What a user of Kubernetes or STS would write. */
  public static final class OurProvider
      extends com.aliyun.oss.common.auth.DefaultCredentialProvider {
    public OurProvider() {
      super("id", SECRET);
    }
  }

  @Test
  void keysComeFromAProviderClass() throws IOException {
    Map<String, String> options = options();
    options.remove("fs.oss.accessKeyId");
    options.remove("fs.oss.accessKeySecret");
    options.put("fs.oss.credentials.provider", OurProvider.class.getName());
    try (UnderStore store = open("oss://data", options)) {
      assertThat(store.stat("").directory()).isTrue();
    }
    options.put("fs.oss.credentials.provider", "no.such.Class");
    assertThatThrownBy(() -> open("oss://data", options)).hasMessageContaining("no.such.Class");
  }

  @Test
  void withoutCredentialsTheErrorSaysWhereToPutThem() throws IOException {
    Map<String, String> options = options();
    options.remove("fs.oss.accessKeyId");
    options.remove("fs.oss.accessKeySecret");
    assertThatThrownBy(() -> OssCredentials.of(options, Map.of()))
        .hasMessageContaining("OSS_ACCESS_KEY_ID");
    assertThat(
            OssCredentials.of(
                    options, Map.of("OSS_ACCESS_KEY_ID", "env", "OSS_ACCESS_KEY_SECRET", "secret"))
                .getCredentials()
                .getAccessKeyId())
        .isEqualTo("env");
  }

  @Test
  void aSpecDoesNotShowItsSecrets() throws IOException {
    assertThat(DataSetSpec.of(URI.create("oss://data"), options()).toString())
        .doesNotContain(SECRET)
        .contains("fs.oss.accessKeySecret");
  }
}
