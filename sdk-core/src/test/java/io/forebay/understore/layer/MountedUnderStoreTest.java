package io.forebay.understore.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.Bucket;
import io.forebay.FileStatus;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.Mount;
import io.forebay.spec.SecretRef;
import io.forebay.understore.KeyListing;
import io.forebay.understore.TreeListing;
import io.forebay.understore.UnderStore;
import io.forebay.understore.Utf8;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MountedUnderStoreTest {

  @TempDir private Path directory;

  private Mount local(String path, String name, boolean readOnly, String... files)
      throws IOException {
    Path root = Files.createDirectories(directory.resolve(name));
    for (String file : files) {
      Files.createDirectories(root.resolve(file).getParent());
      Files.writeString(root.resolve(file), name + ":" + file);
    }
    return new Mount(path, root.toUri(), Map.of(), Map.of(), readOnly);
  }

  private static MountedUnderStore open(Mount... mounts) throws IOException {
    return UnderStores.connect(new DataSetSpec("d", List.of(mounts), CachePolicy.DEFAULT));
  }

  private static String read(UnderStore store, String path) throws IOException {
    FileStatus file = store.stat(path);
    try (InputStream in = store.open(file, 0, file.size())) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  private static List<String> names(UnderStore store, String path) throws IOException {
    return TreeListing.list(store, path).stream().map(FileStatus::path).sorted().toList();
  }

  @Test
  void mountsMakeOneTree() throws IOException {
    try (UnderStore store =
        open(local("train", "a", false, "x/1"), local("deep/er/val", "b", false, "2"))) {
      assertThat(names(store, "")).containsExactly("deep", "train");
      assertThat(names(store, "deep")).containsExactly("deep/er");
      assertThat(names(store, "train")).containsExactly("train/x");
      assertThat(store.stat("deep/er").directory()).isTrue();
      assertThat(read(store, "train/x/1")).isEqualTo("a:x/1");
      assertThat(read(store, "deep/er/val/2")).isEqualTo("b:2");
      assertThatThrownBy(() -> store.stat("else")).isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  @Timeout(60)
  void whoAsksAClosedStoreIsTold() throws IOException {
    UnderStore store = open(local("", "a", false, "x"));
    store.close();
    assertThatThrownBy(() -> store.stat("x"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> store.delete("x")).hasMessageContaining("closed");
  }

  @Test
  void anInnerMountHidesWhatTheOuterHasThere() throws IOException {
    try (UnderStore store =
        open(local("", "a", false, "top", "val/hidden"), local("val", "b", false, "2"))) {
      assertThat(names(store, "")).containsExactly("top", "val");
      assertThat(names(store, "val")).containsExactly("val/2");
      assertThatThrownBy(() -> store.stat("val/hidden")).isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void aReadOnlyMountRefusesWrites() throws IOException {
    try (UnderStore store = open(local("ro", "a", true, "x"), local("rw", "b", false, "y"))) {
      InputStream content = new ByteArrayInputStream(new byte[] {1});
      assertThatThrownBy(() -> store.put("ro/new", content, 1))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("read-only");
      assertThatThrownBy(() -> store.delete("ro/x")).isInstanceOf(AccessDeniedException.class);
      store.put("rw/new", content, 1);
      assertThat(names(store, "rw")).containsExactly("rw/new", "rw/y");
    }
  }

  @Test
  void mountsAreExchangedWhileInUse() throws IOException {
    Mount kept = local("kept", "a", false, "x");
    try (MountedUnderStore store = open(kept, local("old", "b", false, "y"))) {
      FileStatus file = store.stat("old/y");
      try (InputStream open = store.open(file, 0, file.size())) {
        store.update(List.of(kept, local("new", "c", false, "z")));
        assertThat(open.readAllBytes()).hasSize((int) file.size());
      }
      assertThat(names(store, "")).containsExactly("kept", "new");
      assertThatThrownBy(() -> store.stat("old/y")).isInstanceOf(NoSuchFileException.class);
      Mount bad = new Mount("bad", URI.create("ftp://x"), Map.of(), Map.of(), false);
      assertThatThrownBy(() -> store.update(List.of(bad)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(names(store, "")).containsExactly("kept", "new");
    }
  }

  @Test
  void keysOfSeveralBucketsComeInOneOrder() throws IOException {
    try (Bucket bucket = new Bucket()) {
      for (String path : List.of("a/1", "a/2", "b/1", "b-/1", "z")) {
        bucket.add(path, 3);
      }
      URI root = URI.create(bucket.root());
      try (UnderStore store =
          open(
              new Mount("m/one", root, bucket.options(), Map.of(), false),
              new Mount("m/one-more", root, bucket.options(), Map.of(), false))) {
        KeyListing keys = store.keys().orElseThrow();
        List<String> paths = new java.util.ArrayList<>();
        KeyListing.Page page;
        String after = "";
        do {
          page = keys.list(after);
          page.files().forEach(f -> paths.add(f.path()));
          after = page.last();
        } while (page.more());
        assertThat(paths).hasSize(10).isSortedAccordingTo(Utf8.ORDER);
        assertThat(paths.get(0)).isEqualTo("m/one-more/a/1");
        assertThat(keys.list("m/one/b/1").files())
            .extracting(FileStatus::path)
            .containsExactly("m/one/z");
      }
    }
  }

  @Test
  void keysRotateWithoutARestart() throws IOException {
    try (Bucket bucket = new Bucket()) {
      bucket.add("file", 10);
      Path secret = Files.createDirectories(directory.resolve("secrets/mysecret"));
      Files.writeString(secret.resolve("id"), "id");
      Files.writeString(secret.resolve("key"), "test-secret\n");
      Map<String, String> options = new HashMap<>(bucket.options());
      options.remove("fs.oss.accessKeyId");
      options.remove("fs.oss.accessKeySecret");
      List<Path> secrets = List.of(directory.resolve("secrets"));
      Mount mount =
          new Mount(
              "",
              URI.create(bucket.root()),
              options,
              Map.of(
                  "fs.oss.accessKeyId", new SecretRef(secrets, "mysecret", "id"),
                  "fs.oss.accessKeySecret", new SecretRef(secrets, "mysecret", "key")),
              false);
      assertThat(mount.toString()).contains("mysecret/key").doesNotContain("test-secret");
      try (UnderStore store = open(mount)) {
        assertThat(store.stat("file").size()).isEqualTo(10);
        bucket.server().rotateKey("id2", "other-secret");
        assertThatThrownBy(() -> store.stat("file")).isInstanceOf(AccessDeniedException.class);
        Files.writeString(secret.resolve("id"), "id2");
        Files.writeString(secret.resolve("key"), "other-secret");
        assertThat(store.stat("file").size()).isEqualTo(10);
      }
    }
  }

  @Test
  void aSecretThatIsNowhereIsNamedWithThePlacesLookedAt() {
    Mount mount =
        new Mount(
            "",
            URI.create("oss://bucket"),
            Map.of("fs.oss.endpoint", "http://127.0.0.1:1"),
            Map.of("fs.oss.accessKeyId", new SecretRef(List.of(directory), "my-secret", "id")),
            false);
    assertThatThrownBy(() -> open(mount))
        .hasMessageContaining("my-secret/id")
        .hasMessageContaining("FOREBAY_SECRET_MY_SECRET_ID")
        .hasMessageContaining(directory.toString());
  }
}
