package io.forebay.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {

  @TempDir private Path directory;
  private Path path;
  private StateFile file;

  @BeforeEach
  void make() {
    path = directory.resolve("state");
    file = new StateFile(path);
  }

  @Test
  void whatIsWrittenIsReadAndThereMayBeNothing() throws IOException {
    assertThat(file.read()).isEmpty();
    file.writeLines(List.of("ä", "b\tc"));
    assertThat(file.read()).contains("ä\nb\tc\n");
    assertThat(file.readLinesOrSetAside("")).containsExactly("ä", "b\tc");
    file.writeLines(List.of());
    assertThat(file.readLinesOrSetAside("")).isEmpty();
    assertThat(file.read()).contains("");
  }

  @Test
  void noBitAndNoByteIsMissedAndADamagedFileIsSetAside() throws IOException {
    file.write("text");
    byte[] good = Files.readAllBytes(path);
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(path, bad);
      assertThatThrownBy(file::read).isInstanceOf(DamagedFileException.class);
    }
    for (int length = 0; length < good.length; length++) {
      Files.write(path, Arrays.copyOf(good, length));
      assertThatThrownBy(file::read)
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining(path.toString());
    }
    assertThat(file.readOrSetAside("nothing is lost")).isEmpty();
    assertThat(path).doesNotExist();
    assertThat(directory.resolve("state.damaged")).exists();
  }
}
