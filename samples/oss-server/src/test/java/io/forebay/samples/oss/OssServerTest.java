package io.forebay.samples.oss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.OSSException;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.comm.NoRetryStrategy;
import com.aliyun.oss.model.GetObjectRequest;
import com.aliyun.oss.model.ListObjectsV2Request;
import com.aliyun.oss.model.ListObjectsV2Result;
import com.aliyun.oss.model.OSSObject;
import com.aliyun.oss.model.OSSObjectSummary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official client against the server. More of it is exercised by the under-store's tests. */
class OssServerTest {

  private OssServer server;
  private OSS client;

  private void start(Shape shape) throws IOException {
    start(OssServer.builder().bucket("bucket").shape(shape));
  }

  private void start(OssServer.Builder builder) throws IOException {
    server = builder.key("id", "secret").start();
    client = client("id", "secret");
  }

  private OSS client(String id, String secret) {
    return client(id, secret, 60_000);
  }

  private OSS client(String id, String secret, int patienceMillis) {
    ClientBuilderConfiguration configuration = new ClientBuilderConfiguration();
    configuration.setRetryStrategy(new NoRetryStrategy());
    configuration.setSocketTimeout(patienceMillis);
    return OSSClientBuilder.create()
        .endpoint(server.endpoint())
        .credentialsProvider(new DefaultCredentialProvider(id, secret))
        .clientConfiguration(configuration)
        .build();
  }

  @AfterEach
  void stop() {
    client.shutdown();
    server.close();
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private byte[] get(String key) throws IOException {
    try (OSSObject object = client.getObject("bucket", key)) {
      return object.getObjectContent().readAllBytes();
    }
  }

  private static void assertCode(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            OSSException.class, e -> assertThat(e.getErrorCode()).isEqualTo(code));
  }

  @Test
  void objectsArePutReadRangedAndDeleted() throws IOException {
    start(Shape.UNSHAPED);
    byte[] content = bytes(100_000);
    client.putObject("bucket", "k/é +%.bin", new ByteArrayInputStream(content));
    assertThat(get("k/é +%.bin")).isEqualTo(content);
    GetObjectRequest range = new GetObjectRequest("bucket", "k/é +%.bin");
    range.setRange(10, 19);
    try (OSSObject object = client.getObject(range)) {
      assertThat(object.getObjectContent().readAllBytes())
          .isEqualTo(Arrays.copyOfRange(content, 10, 20));
    }
    client.deleteObject("bucket", "k/é +%.bin");
    assertCode(() -> get("k/é +%.bin"), "NoSuchKey");
  }

  @Test
  void errorsHaveTheCodesOfTheReference() throws IOException {
    start(Shape.UNSHAPED);
    client.putObject("bucket", "k", new ByteArrayInputStream(bytes(10)));
    GetObjectRequest condition = new GetObjectRequest("bucket", "k");
    condition.setMatchingETagConstraints(List.of("other"));
    assertCode(() -> client.getObject(condition), "PreconditionFailed");
    GetObjectRequest range = new GetObjectRequest("bucket", "k");
    range.setRange(10, 20);
    assertCode(() -> client.getObject(range), "InvalidRange");
    assertCode(() -> client.getObject("nobucket", "k"), "NoSuchBucket");
    assertCode(() -> client("id", "wrong").getObject("bucket", "k"), "SignatureDoesNotMatch");
    assertCode(() -> client("nobody", "secret").getObject("bucket", "k"), "InvalidAccessKeyId");
    assertCode(() -> client("id", "wrong").headObject("bucket", "k"), "SignatureDoesNotMatch");
  }

  @Test
  void listingsHavePagesAndCommonPrefixes() throws IOException {
    start(Shape.UNSHAPED);
    for (int i = 0; i < 25; i++) {
      server.put("bucket", "dir" + i % 5 + "/sub/" + i, new byte[1]);
      server.put("bucket", "top" + i, new byte[1]);
    }
    List<String> found = new ArrayList<>();
    ListObjectsV2Request request =
        new ListObjectsV2Request("bucket").withDelimiter("/").withMaxKeys(7);
    ListObjectsV2Result page;
    int pages = 0;
    do {
      page = client.listObjectsV2(request);
      assertThat(page.getKeyCount()).isLessThanOrEqualTo(7);
      found.addAll(page.getCommonPrefixes());
      page.getObjectSummaries().stream().map(OSSObjectSummary::getKey).forEach(found::add);
      request.setContinuationToken(page.getNextContinuationToken());
      pages++;
    } while (page.isTruncated());
    assertThat(pages).isEqualTo(5);
    assertThat(found).hasSize(30).doesNotHaveDuplicates().contains("dir0/", "dir4/", "top24");
  }

  @Test
  void faultsAreShownAsToldAndCounted() throws IOException {
    start(Shape.UNSHAPED);
    byte[] content = bytes(200_000);
    server.put("bucket", "k", content);
    server.faults().next(1, Fault.THROTTLE);
    assertCode(() -> get("k"), "SlowDown");
    server.faults().next(1, Fault.INTERNAL_ERROR);
    assertCode(() -> get("k"), "InternalError");
    for (Fault fault : List.of(Fault.RESET, Fault.TRUNCATE)) {
      server.faults().next(1, fault);
      assertThatThrownBy(() -> get("k")).as("%s", fault).isInstanceOf(Exception.class);
    }
    server.faults().next(1, Fault.HANG);
    OSS impatient = client("id", "secret", 100);
    assertThatThrownBy(() -> impatient.getObject("bucket", "k")).isInstanceOf(Exception.class);
    impatient.shutdown();
    server.faults().nextOn("/other", 1, Fault.HANG);
    assertThat(get("k")).isEqualTo(content);
    assertThat(server.traffic().counts().of("GET")).isEqualTo(6);
    assertThat(server.traffic().getsByPath()).containsEntry("/bucket/k", 6L);
  }

  @Test
  void theShapeIsKept() throws Exception {
    // Only that it is not faster than told: how much slower is the machine's affair.
    start(new Shape(Duration.ofMillis(40), 2_000_000, 3_000_000));
    server.put("bucket", "k", bytes(600_000));
    long start = System.nanoTime();
    get("k");
    assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(40 + 290));
    ExecutorService readers = Executors.newFixedThreadPool(4);
    try {
      start = System.nanoTime();
      List<Future<byte[]>> reads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        reads.add(readers.submit((Callable<byte[]>) () -> get("k")));
      }
      for (Future<byte[]> read : reads) {
        assertThat(read.get(30, TimeUnit.SECONDS)).hasSize(600_000);
      }
      assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(780));
    } finally {
      readers.shutdownNow();
    }
    assertThat(server.traffic().counts().objectBytes()).isEqualTo(5 * 600_000);
  }

  @Test
  void aDirectoryIsABucket(@TempDir Path directory) throws IOException {
    Files.createDirectories(directory.resolve("a"));
    Files.writeString(directory.resolve("a/b"), "there before");
    start(OssServer.builder().bucket("bucket", directory));
    assertThat(get("a/b")).hasSize(12);
    client.putObject("bucket", "c/d", new ByteArrayInputStream(bytes(5)));
    assertThat(directory.resolve("c/d")).hasSize(5);
    client.deleteObject("bucket", "c/d");
    assertThat(directory.resolve("c/d")).doesNotExist();
    assertCode(
        () -> client.putObject("bucket", "../outside", new ByteArrayInputStream(bytes(5))),
        "InvalidObjectName");
    assertThat(directory.resolveSibling("outside")).doesNotExist();
  }
}
