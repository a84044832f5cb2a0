package io.forebay.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {

  @Test
  void theExampleIsTheCompiledOne() throws IOException {
    String source =
        Files.readString(Path.of("src/main/java/io/forebay/samples/quickstart/TenLines.java"));
    String example =
        source
            .split("// README\n", -1)[1]
            .stripTrailing()
            .lines()
            .map(line -> line.replaceFirst("^ {4}", ""))
            .collect(Collectors.joining("\n"));
    assertThat(Files.readString(Path.of("../../README.md"))).contains("```java\n" + example);
  }

  @Test
  void theExampleRuns(@TempDir Path directory) throws IOException {
    Path files = directory.resolve("files");
    Files.createDirectories(files.resolve("train/cat"));
    Files.writeString(files.resolve("train/cat/1"), "meow");
    assertThat(TenLines.readAll(directory.resolve("cache"), files.toUri().toString())).isEqualTo(4);
  }

  @Test
  void everyTestThatSemanticsNamesExists() throws IOException {
    Matcher named =
        Pattern.compile("`(\\w+(?:Test|Contract))(?:\\.(\\w+))?`")
            .matcher(Files.readString(Path.of("../../SEMANTICS.md")));
    int found = 0;
    while (named.find()) {
      assertThat(testSource(named.group(1)))
          .contains(named.group(2) == null ? "Test\n" : "void " + named.group(2) + "(");
      found++;
    }
    assertThat(found).isGreaterThan(15);
  }

  private static String testSource(String className) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("../.."))) {
      return Files.readString(
          files
              .filter(f -> f.getFileName().toString().equals(className + ".java"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no test class " + className)));
    }
  }

  @Test
  void ciRunsTheReadmesCommands() throws IOException {
    String readme = Files.readString(Path.of("../../README.md"));
    String ci = Files.readString(Path.of("../../.ci/run"));
    for (String command : new String[] {"./forebay quickstart", "mvn verify"}) {
      assertThat(readme).contains("\n" + command);
      assertThat(ci).contains("\n" + command);
    }
  }
}
