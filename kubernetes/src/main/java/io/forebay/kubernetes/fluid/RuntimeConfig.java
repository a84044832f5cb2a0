package io.forebay.kubernetes.fluid;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Fluid writes to {@code runtime.json}. Fields that this version does not know are left alone,
 * because a newer Fluid may add some; a known field of another type is an error.
 *
 * @param mounts of the data set
 * @param accessModes of its volume; empty for read-only
 * @param targetPath where clients mount; null if it is not said
 * @param worker null if there are none
 * @param client null if there is none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record RuntimeConfig(
    List<Mount> mounts,
    List<String> accessModes,
    String targetPath,
    Component worker,
    Component client) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A mount of the data set.
   *
   * @param options those that all mounts share are among them
   * @param encryptOptions for each option the path of a file with its value
   * @param path inside the data set; null if the name says it
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Mount(
      String mountPoint,
      Map<String, String> options,
      Map<String, Path> encryptOptions,
      String name,
      String path,
      boolean readOnly) {

    Mount {
      options = options == null ? Map.of() : Map.copyOf(options);
      encryptOptions = encryptOptions == null ? Map.of() : Map.copyOf(encryptOptions);
    }
  }

  /**
   * Pods of one kind.
   *
   * @param name of their workload
   * @param options of the class and of the runtime together
   * @param service headless; null if there is none
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Component(
      boolean enabled,
      String name,
      Map<String, String> options,
      int replicas,
      Service service,
      List<Level> tieredStoreLevels) {

    Component {
      options = options == null ? Map.of() : Map.copyOf(options);
      tieredStoreLevels = tieredStoreLevels == null ? List.of() : List.copyOf(tieredStoreLevels);
    }
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Service(String name) {}

  /**
   * A tier.
   *
   * @param mountPaths inside the pod
   * @param quotas one for each of them, as Kubernetes writes quantities
   * @param high share of the quota, or null
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Level(
      List<String> mountPaths, String mediumType, List<String> quotas, String high, String low) {

    Level {
      mountPaths = mountPaths == null ? List.of() : List.copyOf(mountPaths);
      quotas = quotas == null ? List.of() : List.copyOf(quotas);
    }
  }

  RuntimeConfig {
    mounts = mounts == null ? List.of() : List.copyOf(mounts);
    accessModes = accessModes == null ? List.of() : List.copyOf(accessModes);
  }

  /**
   * @param file what to call it in messages
   * @throws IllegalArgumentException for what is no such file; never with a value from it
   */
  static RuntimeConfig parse(Path file, String text) {
    try {
      return Optional.ofNullable(JSON.readValue(text, RuntimeConfig.class))
          .orElseThrow(() -> new IllegalArgumentException(file + " is empty"));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          (e instanceof JsonMappingException field && !(e.getCause() instanceof StreamReadException)
                  ? file + ": the field " + path(field) + " has a form that is not understood"
                  : file + " is not valid JSON")
              + line(e));
    }
  }

  /** Without the exception's message, which quotes the file, and options may be secrets. */
  private static String line(JsonProcessingException e) {
    return e.getLocation() == null ? "" : ", in line " + e.getLocation().getLineNr();
  }

  private static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return path.toString();
  }

  /** The workers, which each data set has. */
  Component workers() {
    if (worker == null || !worker.enabled()) {
      throw new IllegalArgumentException(
          "the runtime has no workers; set spec.worker.disabled of the CacheRuntime to false");
    }
    return worker;
  }

  Map<String, String> clientOptions() {
    return client == null ? Map.of() : client.options();
  }

  /** Whether the volume may be written. */
  boolean isWritable() {
    return accessModes.stream().anyMatch(mode -> mode.startsWith("ReadWrite"));
  }
}
