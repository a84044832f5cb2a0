package io.forebay.dataset.spec;

import java.util.List;
import java.util.Optional;

/** Reads the spec of a {@code JindoRuntime} or one of its siblings. */
final class RuntimeReader {

  static final List<String> KINDS =
      List.of(
          "JindoRuntime",
          "AlluxioRuntime",
          "CacheRuntime",
          "JuiceFSRuntime",
          "ThinRuntime",
          "EFCRuntime",
          "GooseFSRuntime",
          "VineyardRuntime");

  private static final String PODS = "there are no pods outside of Kubernetes";

  private RuntimeReader() {}

  /**
   * @param given empty for a runtime that has nothing but a name, as a few of Fluid's samples do
   */
  static Manifest read(String name, String kind, Optional<Field> given) {
    TierReader tiers = new TierReader(name, kind);
    if (given.isEmpty()) {
      return new Manifest.CacheRuntime(name, kind, tiers.tiers(), 1, true);
    }
    Field spec = given.get().allow("replicas", "tieredstore", "worker", "management");
    if (kind.equals("CacheRuntime")) {
      warnOfMaster(spec);
    }
    spec.get("tieredstore").ifPresent(tiers::read);
    Optional<Integer> workers = spec.get("worker").flatMap(worker -> worker(worker, tiers));
    int replicas = spec.get("replicas").map(f -> f.number(1)).or(() -> workers).orElse(1);
    boolean autoSync = spec.get("management").map(RuntimeReader::autoSync).orElse(true);
    spec.ignore(
        PODS,
        "master",
        "jobMaster",
        "jobWorker",
        "fuse",
        "initFuse",
        "apiGateway",
        "client",
        "podMetadata",
        "labels",
        "annotations",
        "volumes",
        "volumeClaimTemplates",
        "networkmode",
        "imagePullSecrets",
        "initUsers",
        "osAdvise",
        "disablePrometheus",
        "runtimeClassName");
    spec.ignore(
        "it is a setting of another product",
        "jindoVersion",
        "alluxioVersion",
        "juicefsVersion",
        "goosefsVersion",
        "profileName",
        "image",
        "imageTag",
        "imagePullPolicy",
        "options",
        "configs",
        "properties",
        "jvmOptions",
        "hadoopConfig",
        "logConfig",
        "monitoring",
        "cleanCachePolicy",
        "secret",
        "user",
        "runAs",
        "data");
    spec.close();
    return new Manifest.CacheRuntime(name, kind, tiers.tiers(), replicas, autoSync);
  }

  /** Fluid takes for granted that the class of a runtime with a master has one. */
  private static void warnOfMaster(Field spec) {
    boolean disabled =
        spec.allow("master")
            .get("master")
            .flatMap(master -> master.allow("disabled").get("disabled"))
            .map(Field::flag)
            .orElse(false);
    if (!disabled) {
      spec.warn(
          "has no master.disabled: true; without it Fluid's controller panics, and all"
              + " CacheRuntimes of the cluster stand still, because Forebay's CacheRuntimeClass has"
              + " no master");
    }
  }

  /**
   * Of a component that runs in pods little counts.
   *
   * @return how many are wanted
   */
  private static Optional<Integer> worker(Field worker, TierReader tiers) {
    worker.allow("replicas", "tieredStore", "nodeSelector");
    worker.warn("is ignored except for its replicas and its tieredStore: " + PODS);
    worker
        .get("nodeSelector")
        .ifPresent(
            selector ->
                selector.warn(
                    "is not applied: servers run where you start them, for example on the nodes"
                        + " with "
                        + selector.texts()));
    worker.get("tieredStore").ifPresent(tiers::readWorkers);
    return worker.get("replicas").map(f -> f.number(1));
  }

  private static boolean autoSync(Field management) {
    management.ignore("dropping a data set always removes its cached files", "cleanCachePolicy");
    Optional<Field> policy = management.allow("metadataSyncPolicy").get("metadataSyncPolicy");
    boolean autoSync =
        policy.flatMap(p -> p.allow("autoSync").get("autoSync")).map(Field::flag).orElse(true);
    policy.ifPresent(Field::close);
    management.close();
    return autoSync;
  }
}
