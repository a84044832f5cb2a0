package io.forebay.kubernetes.fluid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.dataset.spec.Manifest;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.Mount;
import io.forebay.spec.Retain;
import io.forebay.spec.SecretRef;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of Fluid's {@code runtime.json} becomes of a data set, a server and a mount. */
class RuntimeConfigTest {

  private static final Path FILE = Path.of("/etc/fluid/config/runtime.json");

  private static final String WORKER =
      """
      "worker": {"enabled": true, "name": "demo-worker", "replicas": 2,
        "service": {"name": "svc-demo-worker"},
        "options": {"cache.retain": "keep", "scrub.bandwidth": "1MB"},
        "tieredStoreLevels": [
          {"mountPaths": ["/dev/shm"], "mediumType": "MEM", "quotas": ["2Gi"]},
          {"mountPaths": ["/a", "/b"], "mediumType": "HDD", "quotas": ["1G", "1e9"],
           "high": "0.9", "low": "0.8"}]}
      """;

  private static RuntimeConfig parse(String fields) {
    return RuntimeConfig.parse(FILE, "{" + fields + "}");
  }

  private static DataSetSpec spec(String mounts) {
    RuntimeConfig config = parse("\"mounts\": [" + mounts + "]," + WORKER);
    Manifest.DataSet dataSet = FluidDataSet.of(FILE, "demo", config);
    return dataSet.spec();
  }

  @Test
  void aMountHasItsOptionsSecretsAndPath() {
    DataSetSpec spec =
        spec(
            """
            {"mountPoint": "oss://bucket/images", "name": "images", "path": "/images", "shared": true,
             "options": {"fs.oss.endpoint": "e"},
             "encryptOptions": {"fs.oss.accessKeyId": "/etc/fluid/secrets/keys/id"}}
            """);
    assertThat(spec.name()).isEqualTo("demo");
    assertThat(spec.policy().retain()).isEqualTo(Retain.KEEP);
    assertThat(spec.mounts())
        .containsExactly(
            new Mount(
                "images",
                URI.create("oss://bucket/images"),
                Map.of("fs.oss.endpoint", "e"),
                Map.of(
                    "fs.oss.accessKeyId",
                    new SecretRef(
                        List.of(Path.of("/etc/fluid/secrets")), "keys", "id", Optional.empty())),
                true));
  }

  @Test
  void withoutAPathAMountIsAtItsName() {
    assertThat(spec("{\"mountPoint\": \"s3://b\", \"name\": \"n\"}").mounts().get(0).path())
        .isEqualTo("n");
    assertThat(spec("{\"mountPoint\": \"s3://b\", \"path\": \"/\"}").mounts().get(0).path())
        .isEmpty();
  }

  @Test
  void optionsOfAllMountsAreSharedOnesAndGoToTheStoresThatKnowThem() {
    DataSetSpec spec =
        spec(
            """
            {"mountPoint": "oss://bucket", "path": "/a",
             "options": {"fs.oss.endpoint": "e", "metaPolicy": "ALWAYS"}},
            {"mountPoint": "file:/data", "path": "/b",
             "options": {"fs.oss.endpoint": "e", "metaPolicy": "ALWAYS"}}
            """);
    assertThat(spec.mounts().get(0).options()).containsOnlyKeys("fs.oss.endpoint");
    assertThat(spec.mounts().get(1).options()).isEmpty();
    assertThat(spec.policy().metadata().always()).isTrue();
  }

  @Test
  void aRotatedSecretIsReadFromTheFileThatFluidNames(@TempDir Path secrets) throws Exception {
    Path key = Files.createDirectories(secrets.resolve("keys")).resolve("id");
    SecretRef ref =
        spec("{\"mountPoint\": \"s3://b\", \"encryptOptions\": {\"fs.s3a.access.key\": \"%s\"}}"
                .formatted(key))
            .mounts()
            .get(0)
            .secrets()
            .get("fs.s3a.access.key");
    for (String value : List.of("first", "second")) {
      Files.writeString(key, value);
      assertThat(ref.read()).isEqualTo(value);
    }
  }

  @Test
  void workersAreServersWithTheTiersAndOptionsOfTheRuntime() {
    RuntimeConfig config = parse(WORKER);
    assertThat(WorkerSettings.of(config, "demo-worker-0", "10.0.0.7", Map.of("block", "1MiB")))
        .containsOnly(
            Map.entry("directory", "/var/lib/forebay"),
            Map.entry("listen.tcp", "10.0.0.7:7070"),
            Map.entry("listen.admin", "10.0.0.7:7071"),
            Map.entry("members", "dns:///svc-demo-worker:7070"),
            Map.entry("tls", "none"),
            Map.entry("scrub.bandwidth", "1MB"),
            Map.entry("block", "1MiB"),
            Map.entry("tier.0.mediumtype", "MEM"),
            Map.entry("tier.0.path", "/dev/shm/forebay"),
            Map.entry("tier.0.quotaList", "2147483648"),
            Map.entry("tier.1.mediumtype", "HDD"),
            Map.entry("tier.1.path", "/a/forebay,/b/forebay"),
            Map.entry("tier.1.quotaList", "1000000000,1000000000"),
            Map.entry("tier.1.high", "0.9"),
            Map.entry("tier.1.low", "0.8"));
    RuntimeConfig watched =
        parse(
            WORKER.replace(
                "\"cache.retain\"", "\"members\": \"kubernetes:///s\", \"cache.retain\""));
    assertThat(WorkerSettings.of(watched, "demo-worker-0", "10.0.0.7", Map.of()))
        .contains(Map.entry("name", "demo-worker-0"), Map.entry("members", "kubernetes:///s"));
    assertThat(WorkerSettings.of(config, "demo-worker-0", "10.0.0.7", Map.of("tls.key", "k")))
        .doesNotContainKey("tls");
  }

  @ParameterizedTest
  @CsvSource({"ReadOnlyMany,ro", "ReadWriteMany,rw", "ReadWriteOnce,rw"})
  void aClientMountsAsTheAccessModesPermit(String mode, String option) throws Exception {
    RuntimeConfig config =
        parse(
            """
            "accessModes": ["%s"], "mounts": [{"mountPoint": "s3://b", "options": {"k": "v"}}],
            "client": {"enabled": true, "options": {"members": "m", "exec": "", "umask": "022"}},
            """
                    .formatted(mode)
                + WORKER);
    List<String> arguments = ClientMount.arguments("demo", Path.of("/mnt"), "dns:///s:1", config);
    assertThat(arguments)
        .startsWith("mount", "demo", "/mnt", "--server", "dns:///s:1", "-o")
        .contains("allow_other,strict," + option + ",exec,umask=022");
    assertThat(arguments.contains("k=v")).isEqualTo(option.equals("rw"));
  }

  @Test
  void fieldsOfANewerFluidAreLeftAlone() {
    assertThat(parse("\"new\": {\"a\": [1]}, \"master\": {\"enabled\": false}," + WORKER).workers())
        .isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"mounts\": 7 | the field mounts has a form that is not understood",
        "\"mounts\": [{\"options\": {\"k\": [\"hidden\"]}}] | mounts[0].options.k",
        "\"mounts\": [ | not valid JSON",
        "\"worker\": {\"enabled\": false} | has no workers",
        "\"worker\": {\"enabled\": true} | service: {headless: {}}",
      })
  void whatIsWrongIsNamedWithoutTheValue(String fields, String message) {
    assertThatThrownBy(
            () -> WorkerSettings.of(parse(fields), "demo-worker-0", "10.0.0.7", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("hidden");
  }

  @Test
  void aLevelNeedsAQuotaForEachPath() {
    for (String level :
        List.of(
            "{}",
            "{\"mountPaths\": [\"/a\"], \"quotas\": []}",
            "{\"mountPaths\": [\"/a\"], \"quotas\": [\"much\"]}")) {
      String worker =
          "\"worker\": {\"enabled\": true, \"service\": {\"name\": \"s\"}, \"tieredStoreLevels\": ["
              + level
              + "]}";
      assertThatThrownBy(
              () -> WorkerSettings.of(parse(worker), "demo-worker-0", "10.0.0.7", Map.of()))
          .hasMessageContaining("worker.tieredStoreLevels[0]")
          .hasMessageContaining("quota");
    }
  }

  @Test
  void aMisspelledOptionAndAPlaceholderAreErrors() {
    assertThatThrownBy(() -> spec("{\"mountPoint\": \"s3://b\", \"options\": {\"a\": \"<KEY>\"}}"))
        .hasMessageContaining("mounts[0].options")
        .hasMessageContaining("placeholder");
    assertThatThrownBy(() -> spec("{\"mountPoint\": \"ftp://b\"}")).hasMessageContaining("ftp");
  }
}
