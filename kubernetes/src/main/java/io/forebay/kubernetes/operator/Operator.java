package io.forebay.kubernetes.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.forebay.background.DaemonThreads;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all data sets and loads whenever one of them changes, and every few seconds, because
 * their figures change by themselves. One that fails is tried again after a pause that doubles.
 */
final class Operator implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Operator.class);

  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  private final Map<String, SharedIndexInformer<GenericKubernetesResource>> informers =
      new LinkedHashMap<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("forebay-operator"));
  private final AtomicBoolean due = new AtomicBoolean();
  private final DataSetReconciler dataSets;
  private final DataLoadReconciler loads;

  /** Of objects that failed, by kind and name; used by the thread. */
  private final Map<String, Pause> pauses = new HashMap<>();

  private record Pause(Duration length, long untilNanos) {}

  private Operator(KubernetesClient client, OperatorSettings settings) {
    dataSets = new DataSetReconciler(client, settings);
    loads = new DataLoadReconciler(client, settings);
  }

  static Operator start(KubernetesClient client, OperatorSettings settings) {
    FluidDefinitions.install(client);
    Operator operator = new Operator(client, settings);
    for (String kind : Kinds.RUNTIMES) {
      operator.watch(client, kind);
    }
    operator.watch(client, Kinds.DATA_SET);
    operator.watch(client, Kinds.DATA_LOAD);
    operator.thread.scheduleWithFixedDelay(
        operator::lookAtAll, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    return operator;
  }

  private void watch(KubernetesClient client, String kind) {
    informers.put(
        kind,
        client
            .genericKubernetesResources(Kinds.context(kind))
            .inAnyNamespace()
            .inform(new Changes(), 0));
  }

  /** What is there counts, not what an event is about. */
  private final class Changes implements ResourceEventHandler<GenericKubernetesResource> {

    @Override
    public void onAdd(GenericKubernetesResource object) {
      look();
    }

    @Override
    public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource object) {
      look();
    }

    @Override
    public void onDelete(GenericKubernetesResource object, boolean unknown) {
      look();
    }
  }

  private void look() {
    if (due.compareAndSet(false, true) && !thread.isShutdown()) {
      thread.execute(this::lookAtAll);
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private void lookAtAll() {
    due.set(false);
    for (GenericKubernetesResource object : all(Kinds.DATA_SET)) {
      guarded(object, () -> dataSets.reconcile(object, runtime(object)));
    }
    for (GenericKubernetesResource object : all(Kinds.DATA_LOAD)) {
      guarded(object, () -> loads.reconcile(object));
    }
  }

  private List<GenericKubernetesResource> all(String kind) {
    return informers.get(kind).getStore().list();
  }

  private Optional<GenericKubernetesResource> runtime(GenericKubernetesResource dataSet) {
    return Kinds.RUNTIMES.stream()
        .flatMap(kind -> all(kind).stream())
        .filter(
            runtime ->
                runtime.getMetadata().getName().equals(dataSet.getMetadata().getName())
                    && runtime
                        .getMetadata()
                        .getNamespace()
                        .equals(dataSet.getMetadata().getNamespace()))
        .findFirst();
  }

  private void guarded(GenericKubernetesResource object, Work work) {
    String key =
        object.getKind()
            + " "
            + object.getMetadata().getNamespace()
            + "/"
            + object.getMetadata().getName();
    Pause pause = pauses.get(key);
    if (pause != null && System.nanoTime() - pause.untilNanos < 0) {
      return;
    }
    try {
      work.run();
      pauses.remove(key);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      Duration length = pause == null ? INTERVAL : min(pause.length.multipliedBy(2), LONGEST_PAUSE);
      pauses.put(key, new Pause(length, System.nanoTime() + length.toNanos()));
      log.warn("{}, tried again in {} s: {}", key, length.toSeconds(), e.getMessage());
    }
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  @Override
  public void close() {
    informers.values().forEach(SharedIndexInformer::stop);
    thread.shutdownNow();
  }
}
