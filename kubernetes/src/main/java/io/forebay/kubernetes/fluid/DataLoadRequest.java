package io.forebay.kubernetes.fluid;

import io.forebay.dataset.load.LoadTarget;
import io.forebay.file.DataPath;
import java.util.ArrayList;
import java.util.List;

/**
 * What Fluid's {@code DataLoad} asks its job for.
 *
 * @param metadata whether the under-store is listed first
 * @param targets at least one
 */
record DataLoadRequest(boolean metadata, List<LoadTarget> targets) {

  /** Between paths, and between their replicas. */
  private static final String BETWEEN = ":";

  DataLoadRequest {
    targets = List.copyOf(targets);
  }

  /**
   * @throws IllegalArgumentException naming the variable that is wrong
   */
  static DataLoadRequest of(FluidVariables variables) {
    String metadata = variables.get(FluidVariables.LOAD_METADATA).orElse("false");
    if (!metadata.equals("true") && !metadata.equals("false")) {
      throw new IllegalArgumentException(
          FluidVariables.LOAD_METADATA + " is '" + metadata + "'; use true or false");
    }
    String[] paths = variables.get(FluidVariables.LOAD_PATHS).orElse("/").split(BETWEEN, -1);
    String[] replicas =
        variables
            .get(FluidVariables.LOAD_REPLICAS)
            .orElse("1" + (BETWEEN + "1").repeat(paths.length - 1))
            .split(BETWEEN, -1);
    if (replicas.length != paths.length) {
      throw new IllegalArgumentException(
          FluidVariables.LOAD_REPLICAS
              + " has "
              + replicas.length
              + " numbers for the "
              + paths.length
              + " paths of "
              + FluidVariables.LOAD_PATHS);
    }
    List<LoadTarget> targets = new ArrayList<>();
    for (int i = 0; i < paths.length; i++) {
      targets.add(new LoadTarget(DataPath.normalize(paths[i]), number(replicas[i])));
    }
    return new DataLoadRequest(metadata.equals("true"), targets);
  }

  private static int number(String text) {
    if (!text.matches("[1-9][0-9]{0,5}")) {
      throw new IllegalArgumentException(
          FluidVariables.LOAD_REPLICAS
              + " has '"
              + text
              + "', which is not a whole number of at least 1");
    }
    return Integer.parseInt(text);
  }
}
