package io.forebay.kubernetes.webhook;

import io.forebay.dataset.affinity.LocalityTiers;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * How the webhook runs.
 *
 * @param address to listen on
 * @param validity of each certificate
 * @param overlap how long a new certificate is trusted before it is used
 * @param interval of looking after the certificates
 */
public record WebhookOptions(
    InetSocketAddress address,
    WebhookNames names,
    LocalityTiers tiers,
    Duration validity,
    Duration overlap,
    Duration interval) {

  private static final Duration VALIDITY = Duration.ofDays(90);
  private static final Duration OVERLAP = Duration.ofMinutes(10);
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  /** Certificates for 90 days, looked after each minute. */
  public WebhookOptions(InetSocketAddress address, WebhookNames names, LocalityTiers tiers) {
    this(address, names, tiers, VALIDITY, OVERLAP, INTERVAL);
  }
}
