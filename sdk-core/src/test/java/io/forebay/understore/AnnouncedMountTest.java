package io.forebay.understore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.spec.Mount;
import io.forebay.spec.SecretRef;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a client knows of a data set's under-store, and what it does not guess. */
class AnnouncedMountTest {

  private static final Map<String, String> S3 =
      Map.of(
          "fs.s3.endpoint", "http://minio:9000",
          "fs.s3a.path.style.access", "true",
          "fs.s3.accessKeyId", "id",
          "aws.secretKey", "hidden",
          "fs.s3a.session.token", "hidden");

  private static final Map<String, String> OSS =
      Map.of(
          "fs.oss.endpoint", "oss.example",
          "fs.oss.region", "somewhere",
          "fs.oss.accessKeyId", "id",
          "fs.oss.accessKeySecret", "hidden",
          "fs.oss.securityToken", "hidden",
          "fs.oss.credentials.file", "/keys");

  private static Mount mount(String root, Map<String, String> options) {
    return Mount.of(URI.create(root), options);
  }

  @Test
  void everyOptionButTheKeysIsAnnounced() {
    assertThat(AnnouncedMount.of(mount("s3://bucket", S3)).options())
        .containsOnlyKeys("fs.s3.endpoint", "fs.s3a.path.style.access");
    assertThat(AnnouncedMount.of(mount("oss://bucket", OSS)).options())
        .containsOnlyKeys("fs.oss.endpoint", "fs.oss.region");
    Map<String, String> hdfs =
        Map.of("dfs.nameservices", "ns", "hadoop.security.credential.provider.path", "hidden");
    AnnouncedMount announced = AnnouncedMount.of(mount("hdfs://ns/data", hdfs));
    assertThat(announced.options()).containsOnlyKeys("dfs.nameservices");
    assertThat(announced.withheld()).containsOnly("hadoop.security.credential.provider.path");
  }

  @Test
  void aClientWithoutKeysOfItsOwnHasNoWayToTheStore() {
    AnnouncedMount s3 = AnnouncedMount.of(mount("s3://bucket", S3));
    assertThatThrownBy(() -> s3.withOwn(Map.of("fs.oss.accessKeyId", "other store's"), true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has no keys for s3://bucket")
        .hasMessageContaining("fs.s3a.access.key");
    assertThatThrownBy(() -> AnnouncedMount.of(mount("oss://bucket", OSS)).withOwn(Map.of(), true))
        .hasMessageContaining("fs.oss.credentials.file");
  }

  @Test
  void aClientWithKeysAsksWhereTheServersAsk() throws IOException {
    Map<String, String> own = Map.of("aws.accessKeyId", "mine", "aws.secretKey", "mine, too");
    assertThat(AnnouncedMount.of(mount("s3://bucket", S3)).withOwn(own, false).options())
        .containsEntry("fs.s3.endpoint", "http://minio:9000")
        .containsEntry("aws.accessKeyId", "mine")
        .doesNotContainKey("fs.s3.accessKeyId");
  }

  @Test
  void whatTheClientWasGivenComesFirstByWhateverName() throws IOException {
    Map<String, String> own = Map.of("fs.s3a.endpoint", "http://near", "fs.s3a.access.key", "a");
    assertThat(AnnouncedMount.of(mount("s3://bucket", S3)).withOwn(own, false).options())
        .containsEntry("fs.s3a.endpoint", "http://near")
        .doesNotContainKey("fs.s3.endpoint");
  }

  @Test
  void anEndpointThatIsASecretIsNotReplacedByTheUsualOne() throws IOException {
    SecretRef secret = new SecretRef(List.of(), "s", "k");
    Mount mount =
        new Mount("", URI.create("s3://b"), Map.of(), Map.of("fs.s3a.endpoint", secret), false);
    AnnouncedMount announced = AnnouncedMount.of(mount);
    Map<String, String> keys = Map.of("fs.s3a.access.key", "a", "fs.s3a.secret.key", "b");
    assertThatThrownBy(() -> announced.withOwn(keys, true))
        .hasMessageContaining("keep the option fs.s3a.endpoint of s3://b secret; set it");
    Map<String, String> all = new java.util.HashMap<>(keys);
    all.put("fs.s3.endpoint", "http://there");
    assertThat(announced.withOwn(all, true).options()).containsAllEntriesOf(all);
  }

  @Test
  void amazonsOwnEndpointIsAnnouncedTooSoThatNoOtherTakesItsPlace() {
    Map<String, String> region = Map.of("aws.region", "eu-west-1");
    assertThat(AnnouncedMount.of(mount("s3://bucket", region)).options())
        .containsEntry("fs.s3a.endpoint", "https://s3.eu-west-1.amazonaws.com");
  }

  @Test
  void keysInARootOrAnEndpointAreRefusedAndNotRepeated() {
    assertThatThrownBy(() -> mount("s3://AKID:hidden@bucket", Map.of()))
        .hasMessageContaining("must not contain keys")
        .hasMessageNotContaining("hidden");
    for (String store : new String[] {"s3", "oss"}) {
      String option = store.equals("s3") ? "fs.s3a.endpoint" : "fs.oss.endpoint";
      Mount mount = mount(store + "://bucket", Map.of(option, "http://me:hidden@host"));
      assertThatThrownBy(
              () -> UnderStoreProviders.of(mount.root()).open(mount.root(), mount.options()))
          .hasMessageContaining(option + " must not contain keys")
          .hasMessageNotContaining("hidden");
    }
  }

  @Test
  void aDirectoryOfTheServersIsNotLookedForOnAnotherMachine() throws IOException {
    AnnouncedMount directory = AnnouncedMount.of(mount("file:/data", Map.of()));
    assertThat(directory.withOwn(Map.of(), true).root()).hasToString("file:/data");
    assertThatThrownBy(() -> directory.withOwn(Map.of(), false))
        .hasMessageContaining("is a directory of the cache servers");
  }
}
