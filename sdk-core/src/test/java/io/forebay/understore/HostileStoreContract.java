package io.forebay.understore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.FileStatus;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.HostileProxy.Distortion;
import io.forebay.understore.HostileProxy.Reply;
import io.forebay.understore.HostileProxy.Request;
import io.forebay.understore.layer.RetryingUnderStore;
import io.forebay.understore.layer.UnderStores;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What must not come of a wrong answer of an object store: wrong names, either, or an object that
 * differs from its checksum.
 */
public abstract class HostileStoreContract extends HostileReadContract {

  /** An empty root in the store. */
  protected abstract URI root();

  @Override
  protected final URI root(String endpoint) {
    return root();
  }

  /** The options with which whole objects are compared with the store's checksums. */
  protected abstract Map<String, String> checked(Map<String, String> options);

  /** An answer that also has the checksum of an object. */
  protected abstract Reply withChecksum(Reply reply, byte[] object);

  @Test
  void anArchivedObjectSaysThatItMustBeRestored() throws IOException {
    FileStatus file = put("file", bytes(SIZE, 16));
    String archived =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>InvalidObjectState</Code>"
            + "<Message>The operation is not valid for the object's state</Message>"
            + "<RequestId>1</RequestId><HostId>2</HostId></Error>";
    proxy.distort(
        replies(
            reply ->
                reply
                    .withStatus("403 Forbidden")
                    .with("Content-Type", "application/xml")
                    .withText(archived)));
    assertThatThrownBy(() -> read(hostile, file, 0, 1_000))
        .isInstanceOf(UnderStoreException.class)
        .hasMessageContaining("file")
        .hasMessageContaining("restore")
        .hasMessageNotContaining("clock");
  }

  /** What is wrong with a listing, whatever it lists. */
  private static Stream<Arguments> wrongListings() {
    AtomicInteger pages = new AtomicInteger();
    return Stream.of(
        listing("no place to go on", text -> truncated(text, "")),
        listing("the same place again", text -> truncated(text, "here")),
        listing("the same page again", text -> truncated(text, "p" + pages.incrementAndGet())),
        listing(
            "each entry twice", text -> text.replaceAll("(?s)(<Contents>.*?</Contents>)", "$1$1")),
        listing("foreign keys", text -> text.replace("root", "toor")),
        listing("half of a document", text -> text.substring(0, text.length() / 2)),
        listing("nothing", text -> ""),
        listing("a page of a portal", text -> "<html><body>Log in<br></body></html>"),
        listing("a well-formed page", text -> "<html><body>Log in</body></html>"),
        listing("an empty result", text -> "<ListBucketResult></ListBucketResult>"),
        listing("no sizes", text -> text.replaceAll("<Size>.*?</Size>", "")),
        listing("no keys", text -> text.replaceAll("<Key>.*?</Key>", "")));
  }

  private static String truncated(String text, String next) {
    return text.replace(
        "<IsTruncated>false</IsTruncated>",
        "<IsTruncated>true</IsTruncated>"
            + (next.isEmpty()
                ? ""
                : "<NextContinuationToken>" + next + "</NextContinuationToken>"));
  }

  /** Of a store that begins anew with each page. */
  private static Arguments listing(String name, UnaryOperator<String> change) {
    return Arguments.of(
        Named.of(
            name,
            new Distortion() {
              @Override
              public Request request(Request request) {
                return request.withTarget(
                    request
                        .target()
                        .replaceAll("[?&]?(continuation-token|start-after)=[^&]*", "")
                        .replaceFirst("/data/?&", "/data/?"));
              }

              @Override
              public Reply reply(Request request, Reply reply) {
                return reply.withText(change.apply(reply.text()));
              }
            }));
  }

  @Test
  void anEmptyPageWithOthersBehindItIsNoMissingDirectory() throws IOException {
    FileStatus a = put("dir/a", bytes(10, 20));
    List<String> whole = new ArrayList<>();
    proxy.distort(
        replies(
            reply -> {
              if (!whole.isEmpty()) {
                return reply.withStatus("200 OK").withText(whole.get(0));
              }
              whole.add(reply.text());
              return reply.withText(
                  truncated(reply.text().replaceAll("(?s)<Contents>.*</Contents>", ""), "more"));
            }));
    assertThat(TreeListing.list(hostile, "dir")).containsExactly(a);
  }

  @ParameterizedTest
  @MethodSource("wrongListings")
  void rightNamesOrAnErrorThatNamesTheDirectory(Distortion wrong) throws IOException {
    FileStatus a = put("dir/a", bytes(10, 20));
    FileStatus b = put("dir/b", bytes(11, 21));
    proxy.distort(wrong);
    assertThatThrownBy(() -> TreeListing.list(hostile, "dir"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("dir");
    assertThatThrownBy(
            () -> {
              KeyListing keys = hostile.keys().orElseThrow();
              KeyListing.Page page = keys.list("");
              while (page.more()) {
                page = keys.list(page.last());
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining(root().toString());
    proxy.distort(1, wrong);
    try {
      assertThat(TreeListing.list(hostile, "dir")).containsExactly(a, b);
    } catch (UnderStoreException e) {
      // It began anew with the second page, as far as can be seen.
    }
    proxy.distort(1, wrong);
    assertThat(hostile.keys().orElseThrow().list("").files()).startsWith(a, b);
  }

  @Test
  void anObjectThatIsDamagedOnItsWayIsAnError() throws IOException {
    byte[] content = bytes(SIZE, 30);
    byte[] damaged = content.clone();
    damaged[SIZE / 2] ^= 1;
    FileStatus file = put("file", content);
    Distortion right = replies(reply -> withChecksum(reply, content));
    Distortion wrong = replies(reply -> withChecksum(reply, content).withWhole(damaged));
    DataSetSpec spec = new DataSetSpec("d", root(), checked(options(proxy.endpoint())));
    try (UnderStore store = new RetryingUnderStore(UnderStores.connect(spec), QUICK)) {
      proxy.distort(right);
      assertThat(read(store, file, 0, SIZE)).isEqualTo(content);
      proxy.distort(wrong);
      assertThatThrownBy(() -> read(store, file, 0, SIZE))
          .isInstanceOf(UnderStoreException.class)
          .hasMessageContaining("file")
          .hasMessageContaining("checksum");
    }
  }

  @Test
  void aSmallObjectThatIsDamagedOnItsWayIsReadAgain() throws IOException {
    byte[] content = bytes(1_000, 31);
    byte[] damaged = content.clone();
    damaged[500] ^= 1;
    FileStatus file = put("file", content);
    DataSetSpec spec = new DataSetSpec("d", root(), checked(options(proxy.endpoint())));
    try (UnderStore store = new RetryingUnderStore(UnderStores.connect(spec), QUICK)) {
      proxy.distort(1, replies(reply -> withChecksum(reply, content).withWhole(damaged)));
      assertThat(read(store, file, 0, 1_000)).isEqualTo(content);
    }
  }
}
