package io.forebay.kubernetes.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.forebay.kubernetes.fluid.WorkerSummary;
import io.forebay.placement.Member;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Makes a cluster what a {@code Dataset} and its runtime say. Used by one thread. */
final class DataSetReconciler {

  private static final String FINALIZER = "forebay.io/data-set";
  static final String MANAGER = "forebay-operator";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Objects that somebody else changed or deleted are made again after so long. */
  private static final long REPAIR_NANOS = Duration.ofMinutes(5).toNanos();

  private final KubernetesClient client;
  private final OperatorSettings settings;

  /** What was applied last, by the uid of the data set. */
  private final Map<String, Applied> applied = new HashMap<>();

  private record Applied(String objects, long nanos) {}

  DataSetReconciler(KubernetesClient client, OperatorSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  /**
   * @param runtime of the same name; empty if there is none yet
   * @throws IllegalArgumentException for what is wrong in the manifests; the status says it, too
   */
  void reconcile(GenericKubernetesResource object, Optional<GenericKubernetesResource> runtime)
      throws IOException, InterruptedException {
    if (object.isMarkedForDeletion()) {
      if (object.hasFinalizer(FINALIZER) && isCleared(object)) {
        edit(object).edit(o -> without(o));
        applied.remove(object.getMetadata().getUid());
      }
      return;
    }
    if (runtime.isEmpty()) {
      write(object, status("NotBound", "there is no runtime of the same name"));
      return;
    }
    Served served;
    try {
      served = Served.of(object, runtime.get());
    } catch (IllegalArgumentException e) {
      write(object, status("Failed", e.getMessage()));
      throw e;
    }
    if (!object.hasFinalizer(FINALIZER)) {
      edit(object)
          .edit(
              o -> {
                o.addFinalizer(FINALIZER);
                return o;
              });
    }
    apply(served);
    write(object, status(served));
  }

  private static GenericKubernetesResource without(GenericKubernetesResource object) {
    object.removeFinalizer(FINALIZER);
    return object;
  }

  private Resource<GenericKubernetesResource> edit(GenericKubernetesResource object) {
    return client
        .genericKubernetesResources(Kinds.context(object.getKind()))
        .inNamespace(object.getMetadata().getNamespace())
        .withName(object.getMetadata().getName());
  }

  /** Nothing is written where nothing has changed. */
  private void apply(Served served) {
    List<HasMetadata> objects = new DataSetObjects(served, settings).all();
    String text = Serialization.asJson(objects);
    String uid = served.object().getMetadata().getUid();
    Applied before = applied.get(uid);
    if (before != null
        && before.objects.equals(text)
        && System.nanoTime() - before.nanos < REPAIR_NANOS) {
      return;
    }
    for (HasMetadata each : objects) {
      client.resource(each).fieldManager(MANAGER).forceConflicts().serverSideApply();
    }
    applied.put(uid, new Applied(text, System.nanoTime()));
  }

  /**
   * Takes away what has an order: the claim, which waits for its pods; then the mounts; then the
   * volume. All else goes with its owner.
   *
   * @return whether it is done
   */
  private boolean isCleared(GenericKubernetesResource object) {
    String namespace = object.getMetadata().getNamespace();
    String name = object.getMetadata().getName();
    return isGone(client.persistentVolumeClaims().inNamespace(namespace).withName(name))
        && isGone(client.apps().daemonSets().inNamespace(namespace).withName(name + "-client"))
        && client
            .pods()
            .inNamespace(namespace)
            .withLabels(DataSetObjects.labels(name, "client"))
            .list()
            .getItems()
            .isEmpty()
        && isGone(client.persistentVolumes().withName(DataSetObjects.volumeName(namespace, name)));
  }

  private static <T extends HasMetadata> boolean isGone(Resource<T> resource) {
    T present = resource.get();
    if (present != null && !present.isMarkedForDeletion()) {
      resource.delete();
    }
    return present == null;
  }

  private Map<String, Object> status(Served served) throws IOException, InterruptedException {
    StatefulSet workers =
        client
            .apps()
            .statefulSets()
            .inNamespace(served.namespace())
            .withName(served.workers())
            .get();
    boolean ready =
        workers != null
            && workers.getStatus() != null
            && Optional.ofNullable(workers.getStatus().getReadyReplicas()).orElse(0) > 0;
    Map<String, Object> status =
        ready
            ? status("Bound", "")
            : status("NotBound", "no worker is ready; see the pods of " + served.workers());
    status.put("mounts", served.object().get("spec", "mounts"));
    status.put(
        "runtimes",
        List.of(
            Map.of(
                "name",
                served.name(),
                "namespace",
                served.namespace(),
                "category",
                "Accelerate",
                "type",
                served.kind().replace("Runtime", "").toLowerCase(Locale.ROOT))));
    if (ready) {
      WorkerSummary.of(served.name(), workers(served), PATIENCE)
          .ifPresent(
              summary -> {
                status.put("cacheStates", summary.cacheStates());
                summary.underStoreTotal().ifPresent(total -> status.put("ufsTotal", total));
              });
    }
    return status;
  }

  private List<Member> workers(Served served) {
    return client
        .pods()
        .inNamespace(served.namespace())
        .withLabels(DataSetObjects.labels(served.name(), "worker"))
        .list()
        .getItems()
        .stream()
        .filter(Readiness::isPodReady)
        .map(DataSetReconciler::member)
        .toList();
  }

  private static Member member(Pod pod) {
    String address = pod.getStatus().getPodIP();
    return new Member(
        pod.getMetadata().getName(),
        (address.contains(":") ? "[" + address + "]" : address) + ":7070");
  }

  private static Map<String, Object> status(String phase, String message) {
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("phase", phase);
    status.put(
        "conditions",
        List.of(
            Map.of(
                "type",
                "Ready",
                "status",
                phase.equals("Bound") ? "True" : "False",
                "reason",
                phase,
                "message",
                message)));
    return status;
  }

  private void write(GenericKubernetesResource object, Map<String, Object> status) {
    if (!status.equals(Kinds.status(object))) {
      edit(object)
          .editStatus(
              o -> {
                o.setAdditionalProperty("status", status);
                return o;
              });
    }
  }
}
