package io.forebay.kubernetes.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RotationTest {

  private static final List<String> NAMES = List.of("webhook.forebay.svc", "webhook");
  private static final Instant START = Instant.parse("2026-12-01T00:00:00Z");

  private final Rotation rotation =
      new Rotation(NAMES, Duration.ofDays(90), Duration.ofMinutes(10));

  @Test
  void aCertificateIsKeptForTwoThirdsOfItsTime() throws IOException {
    Certificates first = rotation.first(START);
    assertThat(after(Duration.ofDays(59), first)).isEqualTo(first);
    assertThat(after(Duration.ofDays(60), first).next()).isPresent();
    assertThat(first.active().names()).isEqualTo(NAMES);
  }

  @Test
  void theNextOneIsUsedOnlyWhenApiServersKnowIt() throws IOException {
    Instant due = START.plus(Duration.ofDays(60));
    Certificates both = after(Duration.ofDays(60), rotation.first(START));
    assertThat(rotation.next(both, both.trusted(), due.plus(Duration.ofMinutes(9))))
        .as("too early")
        .isEqualTo(both);
    assertThat(rotation.next(both, Set.of(), due.plus(Duration.ofDays(1))))
        .as("not published")
        .isEqualTo(both);
    Certificates later = rotation.next(both, both.trusted(), due.plus(Duration.ofMinutes(10)));
    assertThat(later.active()).isEqualTo(both.next().orElseThrow());
    assertThat(later.trusted()).contains(both.active().certificate());
  }

  @Test
  void anExpiredCertificateIsReplacedAtOnce() throws IOException {
    Certificates first = rotation.first(START);
    Certificates late = after(Duration.ofDays(91), first);
    assertThat(late.active()).isNotEqualTo(first.active());
    assertThat(late.trusted()).containsExactly(late.active().certificate());
  }

  @Test
  void aCertificateForOtherNamesIsReplaced() throws IOException {
    Certificates other =
        new Rotation(List.of("webhook.old.svc"), Duration.ofDays(90), Duration.ofMinutes(10))
            .first(START);
    Certificates now = rotation.next(other, other.trusted(), START);
    assertThat(now.active().names()).isEqualTo(NAMES);
    assertThat(now.trusted()).contains(other.active().certificate());
  }

  @Test
  void theSecretHasAllOfIt() throws IOException {
    Certificates both = after(Duration.ofDays(60), rotation.first(START));
    assertThat(Certificates.parse(both.secret())).isEqualTo(both);
    assertThat(both.secret())
        .containsOnlyKeys("tls.crt", "tls.key", "next.crt", "next.key", "ca.crt");
  }

  @Test
  void aDamagedSecretIsNamedByItsKeyAndNotShown() throws IOException {
    Map<String, String> secret = rotation.first(START).secret();
    secret.put("tls.key", secret.get("tls.crt"));
    assertThatThrownBy(() -> Certificates.parse(secret))
        .hasMessage("tls.crt and tls.key: is not one certificate with its key in PEM format");
    assertThat(rotation.first(START).toString()).doesNotContain("BEGIN", "PrivateKey");
  }

  /** Replicas look after the certificates at random times; some publish late. */
  @Test
  void whatAReplicaShowsIsTrustedAtAnyTime() throws IOException {
    Random random = new Random(42);
    Certificates secret = rotation.first(START);
    Set<X509Certificate> published = new HashSet<>(secret.trusted());
    Certificates[] replicas = {secret, secret, secret};
    Set<X509Certificate> shown = new HashSet<>();
    Instant now = START;
    while (now.isBefore(START.plus(Duration.ofDays(730)))) {
      now = now.plus(Duration.ofMinutes(1 + random.nextInt(36 * 60)));
      secret = rotation.next(secret, published, now);
      if (random.nextInt(3) > 0) {
        published = new HashSet<>(secret.trusted());
      }
      replicas[random.nextInt(replicas.length)] = secret;
      for (Certificates replica : replicas) {
        assertThat(published).contains(replica.active().certificate());
        assertThat(replica.active().expires()).isAfter(now);
        shown.add(replica.active().certificate());
      }
    }
    assertThat(shown).hasSizeBetween(12, 13);
  }

  private Certificates after(Duration time, Certificates certificates) throws IOException {
    return rotation.next(certificates, certificates.trusted(), START.plus(time));
  }
}
