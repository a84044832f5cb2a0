package io.forebay.kubernetes.labels;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.forebay.background.BackgroundTasks;
import io.forebay.background.DaemonThreads;
import io.forebay.kubernetes.lease.Leadership;
import io.forebay.server.ServerCompanion;
import io.forebay.server.admin.StatusReport;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a server keep the labels of its node, and one of all servers take away what others left. In
 * the environment {@code FOREBAY_NODE_LABELS} is the name of the servers' service, {@code
 * NODE_NAME} the node's, and {@code POD_NAMESPACE} the namespace of both service and data sets.
 */
public final class NodeLabelCompanion implements ServerCompanion {

  private static final Logger log = LoggerFactory.getLogger(NodeLabelCompanion.class);

  private static final Duration LOOK = Duration.ofSeconds(2);
  private static final Duration SWEEP = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final long CLOSING_SECONDS = 10;

  @Override
  public Optional<Work> begin(Supplier<StatusReport> status) throws IOException {
    Optional<Owner> owner = Owner.of(System.getenv());
    return owner.map(o -> new Labelling(new KubernetesClientBuilder().build(), o, status));
  }

  private static final class Labelling implements Work {

    private final BackgroundTasks background = new BackgroundTasks();
    private final KubernetesClient client;
    private final NodeLabelKeeper keeper;
    private final LeftLabels left;
    private final Leadership leadership;
    private final ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("forebay-labels"));
    private volatile boolean leading;

    Labelling(KubernetesClient client, Owner owner, Supplier<StatusReport> status) {
      this.client = client;
      keeper = new NodeLabelKeeper(client, owner, status);
      left = new LeftLabels(client, owner, PATIENCE, InstantSource.system());
      leadership =
          Leadership.seek(
              client,
              owner.service().namespace(),
              owner.service().name() + "-node-labels",
              owner.node(),
              Leadership.Terms.CALM,
              () -> {
                leading = true;
                return () -> leading = false;
              });
      repeat(LOOK, "labelling this node", keeper::look);
      repeat(
          SWEEP,
          "removing labels that servers left",
          () -> {
            if (leading) {
              left.look();
            }
          });
    }

    private void repeat(Duration interval, String task, BackgroundTasks.Round round) {
      clock.scheduleWithFixedDelay(
          background.guarded(task, round), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
      leadership.close();
      clock.execute(background.guarded("removing this node's labels", keeper::end));
      clock.shutdown();
      try {
        if (!clock.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
          log.warn("the labels of this node stay until another server removes them");
          clock.shutdownNow();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      client.close();
    }
  }
}
