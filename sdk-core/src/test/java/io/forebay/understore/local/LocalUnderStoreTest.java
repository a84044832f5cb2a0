package io.forebay.understore.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.DataSetSpec;
import io.forebay.understore.TreeListing;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreContract;
import io.forebay.understore.UnderStores;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalUnderStoreTest extends UnderStoreContract {

  @TempDir Path directory;

  @Override
  protected UnderStore create() throws IOException {
    return UnderStores.open(DataSetSpec.of(directory.toUri(), Map.of()));
  }

  @Test
  void anAbortedPutLeavesNoFileBehind() throws IOException {
    assertThatThrownBy(() -> store().put("x", new java.io.ByteArrayInputStream(new byte[1]), 2))
        .isInstanceOf(IOException.class);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aFileIsNoDirectory() throws IOException {
    put("file", new byte[] {1});
    assertThatThrownBy(() -> TreeListing.list(store(), "file"))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("not a directory");
    assertThatThrownBy(() -> store().stat("file/below")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void optionsAreRefused() {
    DataSetSpec spec =
        new DataSetSpec("d", URI.create("file:/tmp"), Map.of("fs.oss.endpoint", "x"));
    assertThatThrownBy(() -> UnderStores.open(spec)).hasMessageContaining("fs.oss.endpoint");
  }

  @Test
  void aSchemeThatNobodyKnowsIsNamedWithThoseThatAreKnown() {
    DataSetSpec spec = DataSetSpec.of(URI.create("gopher://x/y"), Map.of());
    assertThatThrownBy(() -> UnderStores.open(spec))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gopher")
        .hasMessageContaining("oss:");
  }
}
