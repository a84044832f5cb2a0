package io.forebay.understore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.FileStatus;
import io.forebay.StaleFileException;
import io.forebay.file.FileVersion;
import io.forebay.fill.FillOptions;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeDataSet;
import io.forebay.node.NodeOptions;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.DataSetSpec;
import io.forebay.store.Medium;
import io.forebay.store.StoreOptions;
import io.forebay.store.TierOptions;
import io.forebay.understore.HostileProxy.Distortion;
import io.forebay.understore.HostileProxy.Reply;
import io.forebay.understore.HostileProxy.Request;
import io.forebay.understore.layer.RetryingUnderStore;
import io.forebay.understore.layer.UnderStores;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What must not come of a wrong answer: wrong bytes, in a cache or for a reader. One subclass for
 * each store that speaks HTTP.
 */
public abstract class HostileReadContract {

  private static final int BLOCK = 64 << 10;
  static final int SIZE = 5 * BLOCK + 1_000;
  static final RetryPolicy QUICK = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(1));

  @TempDir Path directory;
  HostileProxy proxy;
  private UnderStore direct;
  UnderStore hostile;

  /** The store's endpoint. It does not mind changed headers. */
  protected abstract String endpoint();

  /** An empty root in the store, when it is reached by some endpoint. */
  protected abstract URI root(String endpoint);

  /** The store's options when it is reached by some endpoint. */
  protected abstract Map<String, String> options(String endpoint);

  @BeforeEach
  final void open() throws IOException {
    proxy = new HostileProxy(endpoint());
    direct = UnderStores.open(spec(endpoint()));
    hostile = new RetryingUnderStore(UnderStores.connect(spec(proxy.endpoint())), QUICK);
  }

  @AfterEach
  final void close() throws IOException {
    hostile.close();
    direct.close();
    proxy.close();
  }

  private DataSetSpec spec(String endpoint) {
    return new DataSetSpec(
        "d", root(endpoint), options(endpoint), CachePolicy.DEFAULT.withoutHedging());
  }

  /** Creates or replaces a file, past the proxy. */
  protected FileStatus put(String path, byte[] content) throws IOException {
    return direct.put(path, new ByteArrayInputStream(content), content.length);
  }

  static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static byte[] read(UnderStore store, FileStatus file, long offset, int length)
      throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    store.read(file, offset, target);
    return target.array();
  }

  static byte[] range(byte[] content, int offset, int length) {
    return Arrays.copyOfRange(content, offset, offset + length);
  }

  @ParameterizedTest
  @MethodSource("io.forebay.understore.WrongAnswer#all")
  void rightBytesOrAnErrorThatNamesTheObject(WrongAnswer wrong) throws IOException {
    byte[] content = bytes(SIZE, 1);
    FileStatus file = put("file", content);
    proxy.distort(wrong);
    for (int offset : new int[] {0, BLOCK, SIZE - 1_000}) {
      try {
        assertThat(read(hostile, file, offset, 1_000)).isEqualTo(range(content, offset, 1_000));
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("file");
      }
    }
    try {
      assertThat(read(hostile, file, 0, SIZE)).isEqualTo(content);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("file");
    }
  }

  @ParameterizedTest
  @MethodSource("io.forebay.understore.WrongAnswer#all")
  void aWrongAnswerIsForgottenWithTheNextRightOne(WrongAnswer wrong) throws IOException {
    byte[] content = bytes(SIZE, 2);
    FileStatus file = put("file", content);
    proxy.distort(1, wrong);
    try {
      assertThat(read(hostile, file, BLOCK, BLOCK)).isEqualTo(range(content, BLOCK, BLOCK));
    } catch (StaleFileException e) {
      // An answer of another version, as far as can be seen: that is no passing failure.
    }
    for (int i = 0; i < 3; i++) {
      assertThat(read(hostile, file, (long) i * BLOCK, BLOCK))
          .isEqualTo(range(content, i * BLOCK, BLOCK));
    }
  }

  @ParameterizedTest
  @MethodSource("io.forebay.understore.WrongAnswer#all")
  void nothingWrongIsCached(WrongAnswer wrong) throws IOException {
    byte[] content = bytes(SIZE, 3);
    put("file", content);
    NodeOptions options =
        new NodeOptions(
            directory,
            StoreOptions.of(
                List.of(TierOptions.of(Medium.SSD, directory.resolve("tier"), 1 << 30)), BLOCK),
            FillOptions.DEFAULT);
    try (CacheNode node = CacheNode.open(options)) {
      NodeDataSet data = node.add(spec(proxy.endpoint()));
      FileVersion version = FileVersion.of("d", data.catalog().stat("file"));
      proxy.distort(3, wrong);
      for (int attempt = 0; attempt < 2; attempt++) {
        ByteBuffer target = ByteBuffer.allocate(SIZE);
        try {
          data.reads().read(version, 0, target);
          assertThat(target.array()).isEqualTo(content);
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("file");
        }
        proxy.behave();
      }
      ByteBuffer target = ByteBuffer.allocate(SIZE);
      data.reads().read(version, 0, target);
      assertThat(target.array()).isEqualTo(content);
    }
  }

  private static final Distortion WITHOUT_CONDITION =
      new Distortion() {
        @Override
        public Request request(Request request) {
          return request.without("If-Match");
        }
      };

  @Test
  void aStoreThatIgnoresConditionsIsFoundOutByItsAnswer() throws IOException {
    FileStatus old = put("changing", bytes(SIZE, 4));
    FileStatus young = put("changing", bytes(SIZE, 5));
    proxy.distort(WITHOUT_CONDITION);
    assertThatThrownBy(() -> read(hostile, old, BLOCK, 1_000))
        .isInstanceOf(StaleFileException.class)
        .hasMessageContaining("changing")
        .hasMessageContaining(young.etag());
    FileStatus shorter = put("changing", bytes(1_000, 6));
    assertThatThrownBy(() -> read(hostile, young, BLOCK, 1_000))
        .isInstanceOf(StaleFileException.class);
    assertThat(read(hostile, shorter, 0, 1_000)).isEqualTo(bytes(1_000, 6));
  }

  static Distortion replies(UnaryOperator<Reply> change) {
    return new Distortion() {
      @Override
      public Reply reply(Request request, Reply reply) {
        return change.apply(reply);
      }
    };
  }

  @Test
  void anObjectWithAWeakTagIsReadAndKeptApartByItsTime() throws IOException {
    byte[] content = bytes(SIZE, 7);
    put("weak", content);
    proxy.distort(replies(reply -> reply.with("ETag", "W/\"same\"")));
    FileStatus file = hostile.stat("weak");
    assertThat(file.etag()).isEqualTo("W/same");
    assertThat(read(hostile, file, BLOCK, 1_000)).isEqualTo(range(content, BLOCK, 1_000));
    isStaleWithOtherTime(file, reply -> reply.with("ETag", "W/\"same\""));
  }

  @Test
  void anObjectWithoutATagIsReadAndKeptApartByItsTimeAndSize() throws IOException {
    byte[] content = bytes(SIZE, 8);
    put("untagged", content);
    proxy.distort(replies(reply -> reply.without("ETag")));
    FileStatus file = hostile.stat("untagged");
    assertThat(file.etag()).isEmpty();
    assertThat(read(hostile, file, BLOCK, 1_000)).isEqualTo(range(content, BLOCK, 1_000));
    isStaleWithOtherTime(file, reply -> reply.without("ETag"));
    put("untagged", bytes(SIZE + 1, 9));
    assertThatThrownBy(() -> read(hostile, file, BLOCK, 1_000))
        .isInstanceOf(StaleFileException.class);
  }

  private void isStaleWithOtherTime(FileStatus file, UnaryOperator<Reply> change) {
    String other = "Sat, 01 Jan 2000 00:00:00 GMT";
    proxy.distort(replies(reply -> change.apply(reply).with("Last-Modified", other)));
    assertThatThrownBy(() -> read(hostile, file, BLOCK, 1_000))
        .isInstanceOf(StaleFileException.class);
  }

  @Test
  void anObjectWithoutATimeIsRead() throws IOException {
    byte[] content = bytes(SIZE, 10);
    put("timeless", content);
    proxy.distort(replies(reply -> reply.without("Last-Modified")));
    FileStatus file = hostile.stat("timeless");
    assertThat(read(hostile, file, BLOCK, 1_000)).isEqualTo(range(content, BLOCK, 1_000));
  }

  @Test
  void anObjectWithoutTagAndTimeIsRefusedWithASentence() throws IOException {
    put("bare", bytes(SIZE, 11));
    proxy.distort(replies(reply -> reply.without("ETag").without("Last-Modified")));
    assertThatThrownBy(() -> hostile.stat("bare"))
        .isInstanceOf(UnderStoreException.class)
        .hasMessageContaining("bare")
        .hasMessageContaining("neither ETag nor Last-Modified");
    assertThatThrownBy(() -> read(hostile, FileStatus.file("bare", SIZE, 0, ""), 0, 1_000))
        .isInstanceOf(UnderStoreException.class)
        .hasMessageContaining("neither ETag nor Last-Modified");
  }

  @Test
  void aHeadWithoutALengthIsNoEmptyFile() throws IOException {
    put("file", bytes(SIZE, 12));
    proxy.distort(replies(reply -> reply.without("Content-Length")));
    assertThatThrownBy(() -> hostile.stat("file"))
        .isInstanceOf(UnderStoreException.class)
        .hasMessageContaining("Content-Length");
  }

  @Test
  void aStreamOfAStoreWithoutRangesMayBeClosedBeforeItsEnd() throws IOException {
    byte[] content = bytes(SIZE, 13);
    FileStatus file = put("file", content);
    proxy.distort(
        new Distortion() {
          @Override
          public Request request(Request request) {
            return request.without("Range");
          }
        });
    for (int i = 0; i < 5; i++) {
      try (InputStream in = hostile.open(file, i, 100)) {
        assertThat(in.readAllBytes()).isEqualTo(range(content, i, 100));
      }
    }
  }

  private static Distortion failure(String status, String body) {
    return replies(
        reply ->
            reply
                .without("ETag")
                .without("Content-Range")
                .withStatus(status)
                .with("Content-Type", "text/html")
                .withText(body));
  }

  @ParameterizedTest
  @ValueSource(strings = {"429 Too Many", "500 Oops", "502 Bad Gateway", "503 Busy", "504 Timeout"})
  void aFailureOfAProxyIsTriedAgain(String status) throws IOException {
    byte[] content = bytes(SIZE, 14);
    FileStatus file = put("dir/file", content);
    for (String body : List.of("", "<html><body>Sorry.</body></html>", "Sorry.")) {
      proxy.distort(1, failure(status, body));
      assertThat(read(hostile, file, 0, 1_000)).isEqualTo(range(content, 0, 1_000));
      proxy.distort(1, failure(status, body));
      assertThat(TreeListing.list(hostile, "dir")).containsExactly(file);
    }
    proxy.distort(1, failure(status, ""));
    assertThat(hostile.stat("dir/file")).isEqualTo(file);
  }

  @Test
  void aRefusalWithoutACodeIsOneOfPermissions() throws IOException {
    FileStatus file = put("file", bytes(SIZE, 15));
    for (String status : List.of("401 Who are you?", "403 Forbidden")) {
      proxy.distort(failure(status, ""));
      assertThatThrownBy(() -> hostile.stat("file")).isInstanceOf(AccessDeniedException.class);
      assertThatThrownBy(() -> read(hostile, file, 0, 1_000))
          .isInstanceOf(AccessDeniedException.class);
      proxy.distort(failure(status, "<html>No.</html>"));
      assertThatThrownBy(() -> read(hostile, file, 0, 1_000))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("permissions");
    }
  }
}
