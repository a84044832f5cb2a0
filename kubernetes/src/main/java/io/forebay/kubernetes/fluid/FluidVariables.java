package io.forebay.kubernetes.fluid;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The environment variables of Fluid's pods.
 *
 * @param all of the environment
 */
record FluidVariables(Map<String, String> all) {

  static final String CONFIG = "FLUID_RUNTIME_CONFIG_PATH";
  static final String DATA_SET = "FLUID_DATASET_NAME";
  static final String MOUNT = "FLUID_RUNTIME_MOUNT_PATH";
  static final String LOAD_METADATA = "FLUID_DATALOAD_METADATA";
  static final String LOAD_PATHS = "FLUID_DATALOAD_DATA_PATH";
  static final String LOAD_REPLICAS = "FLUID_DATALOAD_PATH_REPLICAS";

  /** Behind the name of the data set, which is the runtime's. */
  private static final String WORKER_SUFFIX = "-worker";

  FluidVariables {
    all = Map.copyOf(all);
  }

  static FluidVariables ofThisProcess() {
    return new FluidVariables(System.getenv());
  }

  Optional<String> get(String name) {
    return Optional.ofNullable(all.get(name)).filter(value -> !value.isBlank());
  }

  RuntimeFile config() {
    return new RuntimeFile(
        Path.of(
            get(CONFIG)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "the environment variable "
                                + CONFIG
                                + " is missing; Fluid sets it in the pods of a CacheRuntime, so run"
                                + " this command there"))));
  }

  /** Jobs of a DataLoad are not told it, but have the name of the workers. */
  String dataSet(RuntimeConfig config) {
    return get(DATA_SET)
        .or(
            () ->
                Optional.ofNullable(config.workers().name())
                    .filter(name -> name.endsWith(WORKER_SUFFIX))
                    .map(name -> name.substring(0, name.length() - WORKER_SUFFIX.length())))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the environment variable "
                        + DATA_SET
                        + " is missing, and worker.name of the runtime does not end with "
                        + WORKER_SUFFIX));
  }

  /** Where a client mounts. */
  Path mountPoint(RuntimeConfig config) {
    return Path.of(
        get(MOUNT)
            .or(() -> Optional.ofNullable(config.targetPath()))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "neither the environment variable "
                            + MOUNT
                            + " nor targetPath of the runtime says where to mount")));
  }
}
