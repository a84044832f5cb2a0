package io.forebay.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Constants of the store that docs/design/ repeats. */
class DocumentsTest {

  @Test
  void theWaterMarksAreTheDocumented() throws IOException {
    assertThat(Files.readString(Path.of("../docs/design/store.md")))
        .contains(
            "The default is " + TierOptions.DEFAULT_HIGH,
            "the low-water mark is " + TierOptions.DEFAULT_LOW);
  }

  @Test
  void theSizeOfABlockIsTheDocumented() throws IOException {
    assertThat(Files.readString(Path.of("../docs/design/reads.md")))
        .contains("| block | " + (StoreOptions.DEFAULT_BLOCK_BYTES >> 20) + " MiB |");
  }
}
