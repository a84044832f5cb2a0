package io.forebay.dataset.spec;

import io.forebay.config.DataSize;
import io.forebay.store.Medium;
import io.forebay.store.TierOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the spec of a {@code JindoRuntime} or one of its siblings. */
final class RuntimeReader {

  private static final String PODS = "there are no pods outside of Kubernetes";

  private RuntimeReader() {}

  static Manifest read(String name, String kind, Field spec) {
    spec.allow("replicas", "tieredstore", "worker", "management");
    List<TierOptions> tiers = new ArrayList<>();
    Optional<Field> store = spec.get("tieredstore");
    if (store.isPresent()) {
      for (Field level : store.get().allow("levels").require("levels").list()) {
        tiers.add(tier(level));
        level.close();
      }
      store.get().close();
    }
    spec.get("worker").ifPresent(worker -> worker(worker, tiers));
    boolean autoSync = spec.get("management").map(RuntimeReader::autoSync).orElse(true);
    int replicas = spec.get("replicas").map(f -> f.number(1)).orElse(1);
    spec.ignore(
        PODS,
        "master",
        "jobMaster",
        "jobWorker",
        "fuse",
        "apiGateway",
        "client",
        "podMetadata",
        "labels",
        "volumes",
        "networkmode",
        "imagePullSecrets",
        "initUsers",
        "disablePrometheus",
        "runtimeClassName");
    spec.ignore(
        "it is another product's setting",
        "jindoVersion",
        "alluxioVersion",
        "image",
        "imageTag",
        "imagePullPolicy",
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
    return new Manifest.CacheRuntime(name, kind, tiers, replicas, autoSync);
  }

  /** Of a component that runs in pods only a {@code CacheRuntime}'s tiers count. */
  private static void worker(Field worker, List<TierOptions> tiers) {
    worker.warn("is ignored but for its tieredStore: " + PODS);
    Optional<Field> store = worker.allow("tieredStore").get("tieredStore");
    if (store.isEmpty()) {
      return;
    }
    for (Field level : store.get().allow("levels").require("levels").list()) {
      tiers.add(workerTier(level));
      level.close();
    }
    store.get().close();
  }

  private static TierOptions workerTier(Field level) {
    level.allow("medium", "path", "quota", "high", "low");
    boolean memory =
        level
            .get("medium")
            .map(medium -> medium.allow("processMemory").get("processMemory").isPresent())
            .orElse(false);
    List<Field> paths = level.require("path").list();
    List<Field> quotas = level.require("quota").list();
    if (quotas.size() != paths.size()) {
      throw level.error("has " + quotas.size() + " quotas for " + paths.size() + " paths");
    }
    List<TierOptions.Directory> directories = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      if (!paths.get(i).text().startsWith("/")) {
        throw paths.get(i).error("is '" + paths.get(i).text() + "'; use an absolute path");
      }
      directories.add(
          new TierOptions.Directory(
              Path.of(paths.get(i).text()),
              quotas.get(i).as(text -> DataSize.parse(text).bytes())));
    }
    return tier(level, memory ? Medium.MEM : Medium.SSD, directories);
  }

  private static boolean autoSync(Field management) {
    management.ignore("what is cached of a data set goes when it is dropped", "cleanCachePolicy");
    Optional<Field> policy = management.allow("metadataSyncPolicy").get("metadataSyncPolicy");
    boolean autoSync =
        policy.flatMap(p -> p.allow("autoSync").get("autoSync")).map(Field::flag).orElse(true);
    policy.ifPresent(Field::close);
    management.close();
    return autoSync;
  }

  private static TierOptions tier(Field level) {
    level.allow("mediumtype", "path", "quota", "quotaList", "high", "low");
    Medium medium =
        level
            .require("mediumtype")
            .as(
                text -> {
                  try {
                    return Medium.valueOf(text.toUpperCase(Locale.ROOT));
                  } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                        "use one of " + Arrays.toString(Medium.values()) + ", not " + text, e);
                  }
                });
    Field path = level.require("path");
    List<String> paths = Arrays.stream(path.text().split(",", -1)).map(String::strip).toList();
    if (paths.stream().anyMatch(p -> !p.startsWith("/"))) {
      throw path.error("is '" + path.text() + "'; use absolute paths, separated by commas");
    }
    level.ignore("tiers are directories of the host", "volumeType", "volumeSource");
    List<Long> quotas = quotas(level, paths.size());
    List<TierOptions.Directory> directories = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      directories.add(new TierOptions.Directory(Path.of(paths.get(i)), quotas.get(i)));
    }
    return tier(level, medium, directories);
  }

  private static TierOptions tier(
      Field level, Medium medium, List<TierOptions.Directory> directories) {
    double high = share(level.get("high"), TierOptions.DEFAULT_HIGH);
    double low = share(level.get("low"), Math.min(TierOptions.DEFAULT_LOW, high));
    try {
      return new TierOptions(medium, directories, high, low);
    } catch (IllegalArgumentException e) {
      throw level.error("is wrong: " + e.getMessage());
    }
  }

  /** One for each path; a quota for all of them is split evenly, as Fluid does. */
  private static List<Long> quotas(Field level, int paths) {
    Optional<Field> list = level.get("quotaList");
    Optional<Field> one = level.get("quota");
    if (list.isEmpty()) {
      long bytes =
          one.orElseThrow(() -> level.error("needs the field 'quota' or 'quotaList'"))
              .as(text -> DataSize.parse(text).bytes());
      return java.util.Collections.nCopies(paths, bytes / paths);
    }
    List<Long> quotas =
        list.get()
            .as(
                text ->
                    Arrays.stream(text.split(",", -1))
                        .map(q -> DataSize.parse(q).bytes())
                        .toList());
    if (quotas.size() != paths) {
      throw list.get().error("has " + quotas.size() + " quotas for " + paths + " paths");
    }
    return quotas;
  }

  private static double share(Optional<Field> field, double fallback) {
    return field
        .map(
            f ->
                f.<Double>as(
                    text -> {
                      try {
                        return Double.valueOf(text);
                      } catch (NumberFormatException e) {
                        throw new IllegalArgumentException(
                            "use a share such as \"0.95\", not '" + text + "'", e);
                      }
                    }))
        .orElse(fallback);
  }
}
