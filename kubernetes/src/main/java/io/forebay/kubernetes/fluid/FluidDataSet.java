package io.forebay.kubernetes.fluid;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.config.CachePolicies;
import io.forebay.dataset.spec.Manifest;
import io.forebay.dataset.spec.Manifests;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The data set of a {@code runtime.json}. It is written as the {@code Dataset} that Fluid made it
 * of and read as any other, so that the same options mean the same everywhere.
 */
final class FluidDataSet {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Among the options that are shared, it is no under-store's. */
  private static final String META_POLICY = "metaPolicy";

  private FluidDataSet() {}

  /**
   * @param file what to call the runtime's file in messages
   * @throws IllegalArgumentException naming the field that is wrong
   */
  static Manifest.DataSet of(Path file, String name, RuntimeConfig config) {
    Map<String, String> shared = shared(config.mounts());
    List<Path> directories = new ArrayList<>();
    List<Map<String, Object>> mounts =
        config.mounts().stream().map(mount -> mount(mount, shared, directories)).toList();
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("mounts", mounts);
    spec.put("sharedOptions", shared);
    spec.put("accessModes", config.accessModes());
    Map<String, String> annotations = new HashMap<>();
    config
        .workers()
        .options()
        .forEach(
            (key, value) -> {
              if (CachePolicies.isSetting(key)) {
                annotations.put("forebay.io/" + key, value);
              }
            });
    String text =
        json(
            Map.of(
                "apiVersion",
                "data.fluid.io/v1alpha1",
                "kind",
                "Dataset",
                "metadata",
                Map.of("name", name, "annotations", annotations),
                "spec",
                spec));
    Manifests manifests = Manifests.parse(file.toString(), text, directories);
    return (Manifest.DataSet) manifests.documents().get(0);
  }

  /**
   * Fluid has copied the shared options into each mount; those of other kinds of stores are no
   * mistake there. Of a single mount's options nobody can tell which were shared.
   */
  private static Map<String, String> shared(List<RuntimeConfig.Mount> mounts) {
    Map<String, String> shared = new HashMap<>();
    if (!mounts.isEmpty()) {
      shared.putAll(mounts.get(0).options());
      mounts.forEach(mount -> shared.entrySet().retainAll(mount.options().entrySet()));
    }
    if (mounts.size() == 1) {
      shared.keySet().retainAll(List.of(META_POLICY));
    }
    return shared;
  }

  private static Map<String, Object> mount(
      RuntimeConfig.Mount mount, Map<String, String> shared, List<Path> directories) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (mount.mountPoint() != null) {
      fields.put("mountPoint", mount.mountPoint());
    }
    if (mount.name() != null) {
      fields.put("name", mount.name());
    }
    if (mount.path() != null && !mount.path().isEmpty()) {
      fields.put("path", mount.path());
    }
    fields.put("readOnly", mount.readOnly());
    Map<String, String> options = new HashMap<>(mount.options());
    options.entrySet().removeAll(shared.entrySet());
    fields.put("options", options);
    List<Map<String, Object>> secrets = new ArrayList<>();
    mount
        .encryptOptions()
        .forEach((option, file) -> secrets.add(secret(option, file, directories)));
    fields.put("encryptOptions", secrets);
    return fields;
  }

  /** A file is read where it is: {@code DIRECTORY/SECRET/KEY}, as Kubernetes mounts secrets. */
  private static Map<String, Object> secret(String option, Path file, List<Path> directories) {
    if (!file.isAbsolute() || file.getNameCount() < 2) {
      throw new IllegalArgumentException(
          "the file of the secret option '" + option + "' is not DIRECTORY/SECRET/KEY: " + file);
    }
    Path secret = Objects.requireNonNull(file.getParent());
    Path directory = Objects.requireNonNull(secret.getParent());
    if (!directories.contains(directory)) {
      directories.add(directory);
    }
    return Map.of(
        "name",
        option,
        "valueFrom",
        Map.of(
            "secretKeyRef",
            Map.of("name", secret.getFileName().toString(), "key", file.getFileName().toString())));
  }

  private static String json(Object value) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // maps and texts can be written
    }
  }
}
