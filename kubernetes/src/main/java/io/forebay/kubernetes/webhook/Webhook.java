package io.forebay.kubernetes.webhook;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.forebay.background.BackgroundTasks;
import io.forebay.background.DaemonThreads;
import io.forebay.kubernetes.affinity.FollowedCluster;
import io.forebay.kubernetes.affinity.PodAffinity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A running webhook, one of several replicas. */
public final class Webhook implements AutoCloseable {

  private static final String CERTIFICATES = "keeping the webhook's certificates";

  /** No round lasts longer where there is an API server. */
  private static final int ROUND_SECONDS = 5;

  private final BackgroundTasks background = new BackgroundTasks();
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("forebay-certificates"));
  private final CertificateKeeper keeper;
  private final FollowedCluster cluster;
  private final WaitingPods waiting;
  private final ServingTls tls;
  private final AdmissionServer server;

  /** Once it is, it stays so: an API server that is slow now must not lose the webhook for it. */
  private volatile boolean trusted;

  private Webhook(KubernetesClient client, WebhookOptions options, InstantSource clock)
      throws IOException {
    keeper =
        new CertificateKeeper(
            client,
            options.names(),
            new Rotation(options.names().dns(), options.validity(), options.overlap()),
            clock);
    tls = new ServingTls(keeper.round().certificates().active());
    cluster = new FollowedCluster(client, options.tiers());
    PodAffinity affinity = new PodAffinity(cluster.catalog(), options.tiers());
    RequiredData required = new RequiredData(cluster.catalog());
    waiting = new WaitingPods(client, affinity, required, clock);
    server =
        AdmissionServer.start(
            options.address(), tls, new PodAdmission(affinity, required), this::problem);
    scheduler.scheduleWithFixedDelay(
        background.guarded(CERTIFICATES, this::keepCertificates),
        0,
        options.interval().toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /**
   * Starts to serve; {@code /readyz} tells when it can answer.
   *
   * @param client stays open as long as this
   * @throws IOException if it cannot listen, or may not read and write its certificates
   */
  public static Webhook start(KubernetesClient client, WebhookOptions options, InstantSource clock)
      throws IOException {
    return new Webhook(client, options, clock);
  }

  private void keepCertificates() throws IOException {
    CertificateKeeper.Outcome outcome = keeper.round();
    tls.show(outcome.certificates().active());
    if (outcome.problem().isPresent()) {
      throw new IOException(outcome.problem().get());
    }
    trusted = true;
  }

  /** Why it is not ready; empty if it is. */
  Optional<String> problem() {
    if (!cluster.isComplete()) {
      return Optional.of("still reading claims, volumes and nodes");
    }
    return trusted
        ? Optional.empty()
        : Optional.of(
            background
                .failures()
                .getOrDefault(CERTIFICATES, "the API server is not told to trust it yet"));
  }

  public InetSocketAddress address() {
    return server.address();
  }

  @Override
  public void close() {
    server.close();
    scheduler.shutdown();
    try {
      // A round that was interrupted would look like a failure in the log.
      scheduler.awaitTermination(ROUND_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    scheduler.shutdownNow();
    waiting.close();
    cluster.close();
  }
}
