package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.config.DataSize;
import io.forebay.spec.DataSetSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerConfigTest {

  @TempDir Path directory;

  private ServerConfig load(String text) throws IOException {
    Path file = directory.resolve("forebay.properties");
    Files.writeString(file, text);
    return ServerConfig.load(file);
  }

  @Test
  void aFullFileIsUnderstood() throws IOException {
    ServerConfig config =
        load(
            """
            name = a
            directory = /var/lib/forebay
            quota = 1.5GiB
            block = 1MiB
            listen.tcp = 10.0.0.1:7070
            members = a=10.0.0.1:7070, b=10.0.0.2:7070
            node = machine-7
            zone = rack-1
            weight = 2TiB
            dataset.images.root = oss://bucket/images
            dataset.images.fs.oss.endpoint = oss.example.com
            """);
    assertThat(config.name()).isEqualTo("a");
    assertThat(config.node().store().tiers().get(0).directories().get(0).quotaBytes())
        .isEqualTo(3L << 29);
    assertThat(config.node().store().blockBytes()).isEqualTo(1 << 20);
    assertThat(config.node().store().tiers().get(0).directories().get(0).path())
        .hasToString("/var/lib/forebay/tier");
    assertThat(config.unix()).hasToString("/var/lib/forebay/forebay.sock");
    assertThat(config.members()).contains("b=10.0.0.2:7070");
    assertThat(config.announcement())
        .isEqualTo(new Announcement("machine-7", "rack-1", OptionalLong.of(2L << 40)));
    assertThat(config.dataSets().get(0).mounts().get(0).options())
        .containsEntry("fs.oss.endpoint", "oss.example.com");
  }

  @Test
  void aQuotaBeyondTheDiskIsSaid(@TempDir Path directory) throws IOException {
    List<String> warnings = new ArrayList<>();
    Map<String, String> settings =
        Map.of("directory", directory.resolve("new").toString(), "quota", "7EiB");
    ServerConfig.load(List.of(), settings, warnings::add);
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("the quota of " + directory.resolve("new/tier"), "its disk has only");
    warnings.clear();
    ServerConfig.load(List.of(), Map.of("directory", "/d", "quota", "1MiB"), warnings::add);
    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "quota = 10GiB | directory",
        "directory = /d\\nqota = 1 | qota",
        "directory = /d\\nquota = much | much",
        "directory = /d\\nlisten.tcp = nowhere | listen.tcp",
        "directory = /d\\nlisten.tcp = h:99999 | listen.tcp",
        "directory = /d\\nmembers = x=1.2.3.4:5 | members",
        "directory = /d\\nzone = rack 1 | zone must have no spaces",
        "directory = /d\\nweight = 0 | weight must be positive",
        "directory = /d\\ndataset.x.fs.oss.endpoint = e | dataset.x.root",
        "directory = /d\\ndataset.x.root = no-scheme | no-scheme",
        "directory = /d\\nblock = 4GiB | block",
        "directory = /d\\nname = \\u12 | forebay.properties",
      })
  void aBadFileIsAnErrorThatNamesFileAndKey(String text, String noun) {
    assertThatThrownBy(() -> load(text.replace("\\n", "\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("forebay.properties")
        .hasMessageContaining(noun);
  }

  @Test
  void aReferenceToAnotherDataSetMayStandInTheConfiguration(@TempDir Path directory)
      throws IOException {
    Path manifest =
        Files.writeString(
            directory.resolve("part.yaml"),
            """
            apiVersion: data.fluid.io/v1alpha1
            kind: Dataset
            metadata: {name: part}
            spec:
              mounts:
                - mountPoint: dataset://default/whole/train
                  name: any
            """);
    ServerConfig config =
        ServerConfig.load(
            List.of(manifest), Map.of("directory", directory.toString()), warning -> {});
    assertThat(config.dataSets()).extracting(DataSetSpec::name).containsExactly("part");
  }

  @Test
  void aSocketPathThatIsTooLongIsRefused() {
    assertThatThrownBy(() -> load("directory = /d".repeat(120)))
        .hasMessageContaining("listen.unix");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "512, 512",
    "100MB, 100000000",
    "4MiB, 4194304",
    "4Mi, 4194304",
    "1.5 kB, 1500"
  })
  void amountsOfDataAreParsed(String text, long bytes) {
    assertThat(DataSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "100m, 100Mi",
    "1.5 m, 100Mi",
    "8EiB, 8 EiB",
    "10000000P, 8 EiB",
    "-1, -1",
    "50Mb, 100MB"
  })
  void amountsOfDataThatMeanSomethingElseOrAreTooLargeAreRefused(String text, String noun) {
    assertThatThrownBy(() -> DataSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text)
        .hasMessageContaining(noun);
  }
}
