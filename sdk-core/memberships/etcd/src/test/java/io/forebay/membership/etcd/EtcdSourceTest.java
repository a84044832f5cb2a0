package io.forebay.membership.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EtcdSourceTest {

  private static EtcdSource parse(String text) {
    return EtcdSource.parse(URI.create(text));
  }

  @Test
  void aSourceHasServersAndAPrefix() {
    EtcdSource source = parse("etcd://10.0.0.1:2379,etcd-2:2379,[fd00::1]:2379/clusters/a/");
    assertThat(source.endpoints())
        .containsExactly("10.0.0.1:2379", "etcd-2:2379", "[fd00::1]:2379");
    assertThat(source.prefix()).isEqualTo("/clusters/a/");
    assertThat(source.tls()).isFalse();
    assertThat(source.ttl()).isEqualTo(Duration.ofSeconds(15));
    assertThat(source).hasToString("etcd at 10.0.0.1:2379,etcd-2:2379,[fd00::1]:2379");
  }

  @Test
  void optionsNameFilesWithSecrets() {
    EtcdSource source =
        parse("etcd://h:1/p?user=forebay&password-file=/etc/pass%20word&ca=/etc/ca.pem&ttl=30");
    assertThat(source.user()).contains("forebay");
    assertThat(source.passwordFile()).contains(Path.of("/etc/pass word"));
    assertThat(source.tls()).as("with a ca").isTrue();
    assertThat(source.ttl()).isEqualTo(Duration.ofSeconds(30));
    assertThat(parse("etcd://h:1/p?tls=true").tls()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "etcd://h/p | 'h' is not HOST:PORT",
        "etcd:///p | is not HOST:PORT",
        "etcd://h:1,/p | is not HOST:PORT",
        "etcd://h:1 | no prefix",
        "etcd://h:1/ | no prefix",
        "etcd://h:1/p?user=u | user and password-file belong together",
        "etcd://h:1/p?key=/k | certificate and key belong together",
        "etcd://h:1/p?tls=yes | use true or false",
        "etcd://h:1/p?ttl=0 | from 1 to 600",
        "etcd://h:1/p?ttl=900 | from 1 to 600"
      })
  void whatIsWrongIsNamed(String source, String named) {
    assertThatThrownBy(() -> parse(source))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  @ParameterizedTest
  @CsvSource({
    "etcd://user:planted@h:1/p, password-file",
    "etcd://h:1/p?password=planted, unknown option 'password'"
  })
  void aSecretInTheSourceIsRefusedAndNotRepeated(String source, String named) {
    assertThatThrownBy(() -> parse(source))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named)
        .hasMessageNotContaining("planted");
  }
}
