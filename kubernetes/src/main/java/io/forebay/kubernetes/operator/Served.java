package io.forebay.kubernetes.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.forebay.config.CachePolicies;
import io.forebay.dataset.spec.Manifest;
import io.forebay.dataset.spec.Manifests;
import io.forebay.spec.Mount;
import io.forebay.store.TierOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A data set and its runtime, read as all manifests are.
 *
 * @param object the {@code Dataset}
 * @param mounts of it, with the shared options
 * @param kind of the runtime
 * @param tiers of each worker
 * @param replicas workers
 * @param policy how it is kept: settings by the names of annotations, without their prefix
 */
record Served(
    GenericKubernetesResource object,
    List<Mount> mounts,
    String kind,
    List<TierOptions> tiers,
    int replicas,
    Map<String, String> policy) {

  private static final String OURS = "forebay.io/";

  Served {
    mounts = List.copyOf(mounts);
    tiers = List.copyOf(tiers);
    policy = Map.copyOf(policy);
  }

  /**
   * @throws IllegalArgumentException naming the field that is wrong
   */
  static Served of(GenericKubernetesResource object, GenericKubernetesResource runtime) {
    String name = object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
    String text = Serialization.asYaml(object) + "\n---\n" + Serialization.asYaml(runtime);
    List<Manifest> documents = Manifests.parse(name, text, List.of()).documents();
    Manifest.DataSet dataSet = (Manifest.DataSet) documents.get(0);
    Manifest.CacheRuntime read = (Manifest.CacheRuntime) documents.get(1);
    if (read.tiers().isEmpty()) {
      throw new IllegalArgumentException(
          read.kind() + " " + name + " has no tier; set the levels of its tiered store");
    }
    return new Served(
        object,
        dataSet.spec().mounts(),
        read.kind(),
        read.tiers(),
        read.replicas(),
        policy(object));
  }

  private static Map<String, String> policy(GenericKubernetesResource object) {
    Map<String, String> policy = new TreeMap<>();
    Object metaPolicy = object.get("spec", "sharedOptions", "metaPolicy");
    if (metaPolicy != null) {
      policy.put("metadata.policy", metaPolicy.toString());
    }
    Map<String, String> annotations = object.getMetadata().getAnnotations();
    if (annotations != null) {
      annotations.forEach(
          (key, value) -> {
            if (key.startsWith(OURS) && CachePolicies.isSetting(key.substring(OURS.length()))) {
              policy.put(key.substring(OURS.length()), value);
            }
          });
    }
    return policy;
  }

  String name() {
    return object.getMetadata().getName();
  }

  String namespace() {
    return object.getMetadata().getNamespace();
  }

  String workers() {
    return name() + "-worker";
  }

  String client() {
    return name() + "-client";
  }

  String service() {
    return "svc-" + workers();
  }

  String configMap() {
    return configMap(name());
  }

  static String configMap(String dataSet) {
    return "fluid-runtime-config-" + dataSet;
  }

  boolean isWritable() {
    return mounts.stream().anyMatch(mount -> !mount.readOnly());
  }

  /** Where Fluid's pods have the folder of a tier. */
  static String tierPath(int level, int index) {
    return "/etc/fluid/mount/tiered-store/level-" + level + "-index-" + index;
  }

  /** What Fluid tells the pods of a runtime. */
  String runtimeJson(String mountPoint) {
    List<Map<String, Object>> mountList = new ArrayList<>();
    for (Mount mount : mounts) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("mountPoint", mount.root().toString());
      entry.put("path", "/" + mount.path());
      entry.put("readOnly", mount.readOnly());
      entry.put("options", new TreeMap<>(mount.options()));
      Map<String, String> secrets = new TreeMap<>();
      mount.secrets().forEach((key, ref) -> secrets.put(key, "/etc/fluid/secrets/" + ref));
      entry.put("encryptOptions", secrets);
      mountList.add(entry);
    }
    List<Map<String, Object>> levels = new ArrayList<>();
    for (int i = 0; i < tiers.size(); i++) {
      TierOptions tier = tiers.get(i);
      List<String> paths = new ArrayList<>();
      List<String> quotas = new ArrayList<>();
      for (int j = 0; j < tier.directories().size(); j++) {
        paths.add(tierPath(i, j));
        quotas.add(Long.toString(tier.directories().get(j).quotaBytes()));
      }
      levels.add(
          Map.of(
              "mountPaths",
              paths,
              "mediumType",
              tier.medium().name(),
              "quotas",
              quotas,
              "high",
              Double.toString(tier.high()),
              "low",
              Double.toString(tier.low())));
    }
    Map<String, String> members = Map.of("members", "kubernetes:///" + service());
    Map<String, String> options = new TreeMap<>(policy);
    options.putAll(members);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("mounts", mountList);
    json.put("accessModes", List.of(isWritable() ? "ReadWriteMany" : "ReadOnlyMany"));
    json.put("targetPath", mountPoint);
    json.put(
        "worker",
        Map.of(
            "enabled",
            true,
            "name",
            workers(),
            "replicas",
            replicas,
            "options",
            options,
            "service",
            Map.of("name", service()),
            "tieredStoreLevels",
            levels));
    json.put("client", Map.of("enabled", true, "name", client(), "options", members));
    return Serialization.asJson(json);
  }
}
