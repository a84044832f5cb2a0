package io.forebay.kubernetes.labels;

import io.forebay.dataset.affinity.DataSetName;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * Whose labels they are.
 *
 * @param node that has them
 * @param service of the servers, with its namespace
 * @param insideFluid whether Fluid keeps labels of its own for the same data sets
 */
record Owner(String node, DataSetName service, boolean insideFluid) {

  private static final String WANTED = "FOREBAY_NODE_LABELS";

  /**
   * What the pod's environment says.
   *
   * @return empty where no labels are wanted
   * @throws IOException when a variable is missing
   */
  static Optional<Owner> of(Map<String, String> environment) throws IOException {
    String service = environment.getOrDefault(WANTED, "");
    if (service.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Owner(
            required(environment, "NODE_NAME"),
            new DataSetName(required(environment, "POD_NAMESPACE"), service),
            environment.containsKey("FLUID_DATASET_NAME")));
  }

  private static String required(Map<String, String> environment, String variable)
      throws IOException {
    String value = environment.getOrDefault(variable, "");
    if (value.isEmpty()) {
      throw new IOException(
          WANTED + " is set and " + variable + " is not; set it with the downward API");
    }
    return value;
  }

  /** Of all servers of the service, so that one can clean up after another. */
  String fieldManager() {
    return fieldManager(service);
  }

  static String fieldManager(DataSetName service) {
    return "forebay-" + service.namespace() + "-" + service.name();
  }
}
