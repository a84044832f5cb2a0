package io.forebay.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.InvalidPathException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataPathTest {

  @Test
  void oneSlashAtEitherEndIsForgiven() {
    assertThat(DataPath.normalize("/a/b/")).isEqualTo("a/b");
    assertThat(DataPath.normalize("/")).isEmpty();
    assertThat(DataPath.normalize("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        "a/../b",
        "../etc/passwd",
        ".",
        "a/.",
        "a//b",
        "//",
        "a\nb",
        "x\u0000",
        "\u007f"
      })
  void whatCannotBeAPathIsRefusedWithAReason(String path) {
    assertThatThrownBy(() -> DataPath.normalize(path))
        .isInstanceOf(InvalidPathException.class)
        .hasMessageContaining("not allowed")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").doesNotContain("\u0000"));
  }

  @Test
  void dotsInsideNamesAreFine() {
    assertThat(DataPath.isValid("..a/b..c/.hidden/...")).isTrue();
  }

  @Test
  void lengthIsCountedInBytesOfUtf8() {
    assertThat(DataPath.isValid("a".repeat(1023))).isTrue();
    assertThat(DataPath.isValid("a".repeat(1024))).isFalse();
    assertThat(DataPath.isValid("\u4e2d".repeat(341))).isTrue();
    assertThat(DataPath.isValid("\u4e2d".repeat(342))).isFalse();
  }
}
