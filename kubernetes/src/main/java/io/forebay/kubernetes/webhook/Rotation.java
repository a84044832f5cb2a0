package io.forebay.kubernetes.webhook;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * When certificates are exchanged. A new one is made when a third of the validity is left, and is
 * used when every API server has had time to learn that it is to be trusted. The old one stays
 * trusted until it expires, for replicas that have not heard of the new one yet.
 *
 * @param names by which the server is reached
 * @param overlap how long API servers may take to learn of a new certificate
 */
record Rotation(List<String> names, Duration validity, Duration overlap) {

  private static final int THIRD = 3;

  Certificates first(Instant now) throws IOException {
    return Certificates.of(Identity.issue(names, now, validity));
  }

  /**
   * @param published what the API server is told to trust
   * @return the same if there is nothing to do
   */
  Certificates next(Certificates now, Collection<X509Certificate> published, Instant time)
      throws IOException {
    Certificates valid = now.withoutExpired(time);
    if (!valid.active().expires().isAfter(time) || !valid.active().names().equals(names)) {
      return first(time).trustingToo(valid.trusted());
    }
    if (valid.next().isPresent()) {
      Identity next = valid.next().get();
      boolean known = published.contains(next.certificate());
      return known && !next.issued().plus(overlap).isAfter(time) ? valid.exchanged() : valid;
    }
    boolean due = !valid.active().expires().minus(validity.dividedBy(THIRD)).isAfter(time);
    return due ? valid.withNext(Identity.issue(names, time, validity)) : valid;
  }
}
