package io.forebay.kubernetes.webhook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The certificates that all replicas share, as their Secret has them.
 *
 * @param active what replicas show
 * @param next what they will show when it is trusted everywhere
 * @param trusted all that a replica may show: the active one, the next one, and earlier ones until
 *     they expire
 */
record Certificates(Identity active, Optional<Identity> next, List<X509Certificate> trusted) {

  Certificates {
    trusted = List.copyOf(trusted);
  }

  static Certificates of(Identity active) {
    return new Certificates(active, Optional.empty(), List.of(active.certificate()));
  }

  Certificates withNext(Identity identity) {
    return new Certificates(active, Optional.of(identity), trusted)
        .trustingToo(List.of(identity.certificate()));
  }

  Certificates trustingToo(Collection<X509Certificate> more) {
    List<X509Certificate> all = new ArrayList<>(trusted);
    more.stream().filter(each -> !trusted.contains(each)).forEach(all::add);
    return new Certificates(active, next, all);
  }

  Certificates exchanged() {
    return new Certificates(next.orElseThrow(), Optional.empty(), trusted);
  }

  Certificates withoutExpired(Instant now) {
    List<X509Certificate> valid =
        trusted.stream().filter(each -> each.getNotAfter().toInstant().isAfter(now)).toList();
    return new Certificates(
        active, next.filter(identity -> identity.expires().isAfter(now)), valid);
  }

  /**
   * @throws IOException naming the key of the Secret that is wrong
   */
  static Certificates parse(Map<String, String> secret) throws IOException {
    Identity active = identity(secret, "tls");
    Optional<Identity> next =
        secret.containsKey("next.crt") ? Optional.of(identity(secret, "next")) : Optional.empty();
    return new Certificates(active, next, Identity.certificates(text(secret, "ca.crt")))
        .trustingToo(List.of(active.certificate()));
  }

  private static Identity identity(Map<String, String> secret, String name) throws IOException {
    try {
      return Identity.parse(text(secret, name + ".crt"), text(secret, name + ".key"));
    } catch (IOException e) {
      throw new IOException(name + ".crt and " + name + ".key: " + e.getMessage(), e);
    }
  }

  private static String text(Map<String, String> secret, String key) throws IOException {
    try {
      return new String(
          Base64.getDecoder().decode(secret.getOrDefault(key, "")), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IOException(key + " is not base64", e);
    }
  }

  /** Values in base64, by the keys that Kubernetes has for TLS. */
  Map<String, String> secret() throws IOException {
    Map<String, String> data = new LinkedHashMap<>();
    data.put("tls.crt", base64(active.certificatePem()));
    data.put("tls.key", base64(active.keyPem()));
    if (next.isPresent()) {
      data.put("next.crt", base64(next.get().certificatePem()));
      data.put("next.key", base64(next.get().keyPem()));
    }
    data.put("ca.crt", trustedBase64());
    return data;
  }

  /** What a {@code caBundle} has. */
  String trustedBase64() throws IOException {
    return base64(Identity.pem(trusted));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
