package io.forebay.kubernetes.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpecBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.forebay.dataset.spec.Manifest;
import io.forebay.dataset.spec.Manifests;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Runs a {@code DataLoad} as a job. Used by one thread. */
final class DataLoadReconciler {

  private static final int ATTEMPTS = 3;

  private final KubernetesClient client;
  private final OperatorSettings settings;

  DataLoadReconciler(KubernetesClient client, OperatorSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  /**
   * @throws IllegalArgumentException for what is wrong in the manifest; the status says it, too
   */
  void reconcile(GenericKubernetesResource object) {
    if (object.isMarkedForDeletion()) {
      return; // the job goes with it
    }
    Manifest.DataLoad load;
    try {
      load = read(object);
    } catch (IllegalArgumentException e) {
      write(object, status("Failed", "", e.getMessage()));
      throw e;
    }
    String namespace = object.getMetadata().getNamespace();
    Resource<Job> resource =
        client.batch().v1().jobs().inNamespace(namespace).withName(load.name() + "-loader-job");
    Job job = resource.get();
    if (job == null) {
      Optional<String> reason = waitsFor(namespace, load);
      if (reason.isPresent()) {
        write(object, status("Pending", "", reason.get()));
        return;
      }
      job = resource(object, load);
      client.resource(job).create();
    }
    write(object, status(job));
    if (load.keepFor().isPresent() && isOlder(job, load.keepFor().get())) {
      edit(object).delete();
    }
  }

  private static Manifest.DataLoad read(GenericKubernetesResource object) {
    String name = object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
    Manifest.DataLoad load =
        (Manifest.DataLoad)
            Manifests.parse(name, Serialization.asYaml(object), List.of()).documents().get(0);
    if (load.policy() != Manifest.Policy.ONCE) {
      throw new IllegalArgumentException(
          name
              + ": the operator runs loads of the policy Once; for others use 'forebay apply' to a"
              + " server");
    }
    return load;
  }

  /** Why it cannot start yet. */
  private Optional<String> waitsFor(String namespace, Manifest.DataLoad load) {
    if (load.after().isPresent()
        && !"Complete".equals(phase(Kinds.DATA_LOAD, namespace, load.after().get()))) {
      return Optional.of("waits for the DataLoad " + load.after().get());
    }
    return "Bound".equals(phase(Kinds.DATA_SET, namespace, load.dataSet()))
        ? Optional.empty()
        : Optional.of("waits until the Dataset " + load.dataSet() + " is Bound");
  }

  private Object phase(String kind, String namespace, String name) {
    GenericKubernetesResource other =
        client
            .genericKubernetesResources(Kinds.context(kind))
            .inNamespace(namespace)
            .withName(name)
            .get();
    return other == null ? "" : Kinds.status(other).get("phase");
  }

  private Job resource(GenericKubernetesResource object, Manifest.DataLoad load) {
    ObjectMeta metadata =
        new ObjectMetaBuilder()
            .withName(load.name() + "-loader-job")
            .withNamespace(object.getMetadata().getNamespace())
            .withLabels(DataSetObjects.labels(load.dataSet(), "load"))
            .withOwnerReferences(DataSetObjects.owner(object))
            .build();
    return new JobBuilder().withMetadata(metadata).withSpec(spec(load)).build();
  }

  private JobSpec spec(Manifest.DataLoad load) {
    List<String> command = settings.runtimeClass().get("dataOperationSpecs", 0, "command");
    return new JobSpecBuilder()
        .withBackoffLimit(ATTEMPTS)
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(DataSetObjects.labels(load.dataSet(), "load"))
        .endMetadata()
        .withNewSpec()
        .withRestartPolicy("Never")
        .withServiceAccountName("forebay-" + load.dataSet())
        .addNewContainer()
        .withName("load")
        .withImage(settings.image())
        .withImagePullPolicy(settings.pullPolicy())
        .withCommand(command)
        .withEnv(
            DataSetObjects.variable("FLUID_DATASET_NAME", load.dataSet()),
            DataSetObjects.variable("FLUID_RUNTIME_CONFIG_PATH", "/etc/fluid/config/runtime.json"),
            DataSetObjects.variable("FLUID_DATALOAD_METADATA", "" + load.loadMetadata()),
            DataSetObjects.variable(
                "FLUID_DATALOAD_DATA_PATH",
                load.targets().stream().map(t -> "/" + t.path()).collect(Collectors.joining(":"))),
            DataSetObjects.variable(
                "FLUID_DATALOAD_PATH_REPLICAS",
                load.targets().stream()
                    .map(t -> Integer.toString(t.replicas()))
                    .collect(Collectors.joining(":"))))
        .withVolumeMounts(DataSetObjects.configMount())
        .endContainer()
        .withVolumes(DataSetObjects.configVolume(Served.configMap(load.dataSet())))
        .endSpec()
        .endTemplate()
        .build();
  }

  private static boolean isOlder(Job job, Duration age) {
    return end(job).filter(end -> end.plus(age).isBefore(Instant.now())).isPresent();
  }

  private static Optional<Instant> end(Job job) {
    return job.getStatus() == null
        ? Optional.empty()
        : job.getStatus().getConditions().stream()
            .filter(c -> c.getStatus().equals("True"))
            .filter(c -> c.getType().equals("Complete") || c.getType().equals("Failed"))
            .map(c -> Instant.parse(c.getLastTransitionTime()))
            .findFirst();
  }

  private static Map<String, Object> status(Job job) {
    Optional<Instant> end = end(job);
    if (end.isEmpty()) {
      return status("Executing", "Unfinished", "");
    }
    boolean complete = Optional.ofNullable(job.getStatus().getSucceeded()).orElse(0) > 0;
    Duration took = Duration.between(Instant.parse(job.getStatus().getStartTime()), end.get());
    return status(
        complete ? "Complete" : "Failed",
        text(took),
        complete ? "" : "see the log of the job " + job.getMetadata().getName());
  }

  /** As Fluid writes it: {@code 1h2m3s}. */
  static String text(Duration duration) {
    return (duration.toHours() > 0 ? duration.toHours() + "h" : "")
        + (duration.toMinutes() > 0 ? duration.toMinutesPart() + "m" : "")
        + duration.toSecondsPart()
        + "s";
  }

  private static Map<String, Object> status(String phase, String duration, String message) {
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("phase", phase);
    status.put("duration", duration);
    status.put(
        "conditions",
        message.isEmpty()
            ? List.of()
            : List.of(
                Map.of("type", phase, "status", "True", "reason", phase, "message", message)));
    return status;
  }

  private Resource<GenericKubernetesResource> edit(GenericKubernetesResource object) {
    return client
        .genericKubernetesResources(Kinds.context(Kinds.DATA_LOAD))
        .inNamespace(object.getMetadata().getNamespace())
        .withName(object.getMetadata().getName());
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
