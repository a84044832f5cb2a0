package io.forebay.understore.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.FileStatus;
import io.forebay.StaleFileException;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.ListingPage;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreContract;
import io.forebay.understore.UnderStoreException;
import io.forebay.understore.http.WebServer.Page;
import io.forebay.understore.layer.MountedUnderStore;
import io.forebay.understore.layer.UnderStores;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against a server in this JVM, and what a real one would not do on demand. */
class HttpUnderStoreTest extends UnderStoreContract {

  @TempDir Path directory;
  private WebServer server;

  @Override
  protected UnderStore create() throws IOException {
    server = new WebServer(directory);
    return new ServedDirectory(directory.resolve("data"), root("data/"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private URI root(String path) {
    return URI.create(server.endpoint() + "/" + path);
  }

  private UnderStore open(String path) throws IOException {
    return UnderStores.open(DataSetSpec.of(root(path), Map.of()));
  }

  private static Page page(String title, String... links) {
    StringBuilder body = new StringBuilder("<html><head><title>" + title + "</title></head><body>");
    for (String link : links) {
      body.append("<a href=\"" + link + "\">x</a>");
    }
    return new Page(200, Map.of("Content-Type", "text/html"), body.append("</body></html>") + "\n");
  }

  @Test
  void onlyLinksToChildrenAreFollowedAndEachOnce() throws IOException {
    put("a", bytes(3, 1));
    put("b:c", bytes(4, 2));
    put("d/e", bytes(5, 3));
    server.answer(
        "/data/",
        page(
            "Index of /data",
            "?C=N;O=D",
            "/",
            "../",
            "./",
            "#top",
            "a",
            "/data/a",
            server.endpoint() + "/data/a",
            "./b:c",
            "d/",
            "d/e",
            "/data/../data2/f",
            "/other/a",
            "//elsewhere/data/a",
            "http://elsewhere.example/data/a",
            "mailto:a@b.example",
            "a?download",
            "%2e%2e/",
            "%2E%2E%2Fsecret",
            "x%2Fy",
            "caf%E9",
            "half%",
            "gone"));
    ListingPage page = store().list("", "");
    assertThat(page.entries())
        .extracting(FileStatus::path)
        .containsExactlyInAnyOrder("a", "b:c", "d");
    assertThat(page.leftOut())
        .containsExactlyInAnyOrder("%2e%2e", "%2E%2E%2Fsecret", "x%2Fy", "caf%E9", "half%", "gone");
    assertThat(page.unreadable()).isEmpty();
    assertThat(server.heads()).as("a, b:c and gone").isLessThanOrEqualTo(3 + 3); // and those of put
  }

  @Test
  void whetherAnythingIsThereIsSeenOnTheRootsPageAlone() throws IOException {
    DataSetSpec spec = DataSetSpec.of(root("data/"), Map.of());
    try (MountedUnderStore mounted = UnderStores.connect(spec)) {
      assertThat(mounted.emptyRoots()).containsExactly(spec.mounts().get(0).root());
      put("a", bytes(3, 1));
      int heads = server.heads();
      assertThat(mounted.emptyRoots()).isEmpty();
      assertThat(server.heads()).isEqualTo(heads);
    }
  }

  @Test
  void aFileThatMayNotBeReadIsCountedAndDoesNotHideTheOthers() throws IOException {
    put("open", bytes(3, 1));
    put("closed", bytes(3, 2));
    put("made", bytes(3, 3));
    server.answer("/data/closed", new Page(403, Map.of(), ""));
    server.answer("/data/made", new Page(200, Map.of("Content-Length", "3"), "abc"));
    ListingPage page = store().list("", "");
    assertThat(page.entries()).extracting(FileStatus::path).containsExactly("open");
    assertThat(page.unreadable()).containsExactlyInAnyOrder("closed", "made");
  }

  @Test
  void aPageThatListsNothingSaysSo() throws IOException {
    put("a", bytes(3, 1));
    server.answer("/data/", page("Welcome", "a"));
    assertThatThrownBy(() -> store().list("", ""))
        .isInstanceOf(UnderStoreException.class)
        .hasMessageContaining("/data/")
        .hasMessageContaining("its title is 'Welcome'")
        .hasMessageContaining("autoindex");
    server.answer("/data/", new Page(403, Map.of(), "no"));
    assertThatThrownBy(() -> store().list("", ""))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("needs directory listings");
  }

  @Test
  void aRedirectElsewhereIsNotFollowedAndItsTargetIsNamedWithoutItsQuery() throws IOException {
    FileStatus file = put("a", bytes(3, 1));
    String elsewhere = server.endpoint() + "/other/a?signature=hush";
    server.answer("/other/a", new Page(200, Map.of("Last-Modified", "x"), "foreign"));
    for (int status : List.of(301, 307, 308)) {
      server.answer("/data/a", new Page(status, Map.of("Location", elsewhere), ""));
      assertThatThrownBy(() -> store().stat("a"))
          .isInstanceOf(UnderStoreException.class)
          .hasMessageContaining("/data/a")
          .hasMessageContaining("sends to " + server.endpoint() + "/other/a?...")
          .hasMessageContaining("mount point")
          .hasMessageNotContaining("hush");
      assertThatThrownBy(() -> read(file, 0, 3)).hasMessageContaining("/other/a");
    }
  }

  @Test
  void aFileThatIsWrittenToWhileItIsReadIsNotDelivered() throws IOException {
    byte[] content = bytes(9 << 20, 4);
    FileStatus file = put("large", content);
    try (InputStream in = store().open(file, 0, content.length)) {
      assertThat(in.readNBytes(1_000)).isEqualTo(java.util.Arrays.copyOf(content, 1_000));
      put("large", bytes(9 << 20, 5));
      assertThatThrownBy(in::readAllBytes).isInstanceOf(StaleFileException.class);
    }
  }

  @Test
  void nothingIsWritten() throws IOException {
    FileStatus file = put("a", bytes(3, 1));
    try (UnderStore store = open("data")) {
      assertThatThrownBy(() -> store.put("b", new ByteArrayInputStream(new byte[1]), 1))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("read-only");
      assertThatThrownBy(() -> store.delete("a")).isInstanceOf(AccessDeniedException.class);
      assertThatThrownBy(() -> store.rename(file, "b")).isInstanceOf(AccessDeniedException.class);
      assertThatThrownBy(() -> store.makeDirectory("d")).isInstanceOf(AccessDeniedException.class);
      assertThat(store.unfinished()).isEmpty();
      assertThat(store.stat("a")).isEqualTo(file);
    }
  }

  @Test
  void aServerThatIsNotThereIsNamed() throws IOException {
    try (UnderStore store =
        UnderStores.connect(DataSetSpec.of(URI.create("http://127.0.0.1:1/d"), Map.of()))) {
      assertThatThrownBy(() -> store.stat("x"))
          .isInstanceOf(UnderStoreException.class)
          .hasMessageContaining("http://127.0.0.1:1/d/x");
    }
  }

  @Test
  void badRootsAndOptionsAreNamed() {
    for (String bad :
        List.of(
            "http://host/a?b=c",
            "http://host/a#b",
            "http://host/a/../b",
            "http://host/a//b",
            "http:/a")) {
      assertThatThrownBy(() -> UnderStores.open(DataSetSpec.of(URI.create(bad), Map.of())))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("http: root")
          .hasMessageContaining(bad);
    }
    assertThatThrownBy(
            () ->
                UnderStores.open(
                    DataSetSpec.of(URI.create("http://host/a"), Map.of("fs.http.tmeout", "1"))))
        .hasMessageContaining("unknown option 'fs.http.tmeout'")
        .hasMessageContaining("fs.http.timeout.millisecond");
  }

  @Test
  void aServerThatGoesOverToTlsIsFollowedThere() {
    Site site = Site.of(URI.create("http://mirror.example/data"));
    assertThat(site.secured(site.address("a b"), URI.create("https://mirror.example/data/a%20b")))
        .contains(Site.of(URI.create("https://mirror.example/data")));
    for (String other :
        List.of(
            "https://other.example/data/a",
            "http://mirror.example/data/a",
            "https://mirror.example/a")) {
      assertThat(site.secured(site.address("a"), URI.create(other))).as(other).isEmpty();
    }
    Site secure = Site.of(URI.create("https://mirror.example/data"));
    assertThat(secure.secured(secure.address("a"), URI.create("http://mirror.example/data/a")))
        .isEmpty();
  }
}
