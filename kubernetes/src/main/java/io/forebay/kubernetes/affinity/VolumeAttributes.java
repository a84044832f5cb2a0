package io.forebay.kubernetes.affinity;

import io.forebay.dataset.affinity.DataSetName;
import java.util.Map;
import java.util.Optional;

/** The data set that a volume of a CSI driver shows, by the attributes of the volume. */
enum VolumeAttributes {
  FOREBAY("csi.forebay.io", "namespace", "dataset"),
  FLUID("fuse.csi.fluid.io", "runtime_namespace", "runtime_name");

  private final String driver;
  private final String namespace;
  private final String name;

  VolumeAttributes(String driver, String namespace, String name) {
    this.driver = driver;
    this.namespace = namespace;
    this.name = name;
  }

  /**
   * @param attributes null if the volume has none
   * @param defaultNamespace of the pod or of the claim
   * @return empty for the drivers of others
   */
  static Optional<DataSetName> dataSet(
      String driver, Map<String, String> attributes, String defaultNamespace) {
    for (VolumeAttributes each : values()) {
      if (each.driver.equals(driver) && attributes != null && attributes.containsKey(each.name)) {
        return Optional.of(
            new DataSetName(
                attributes.getOrDefault(each.namespace, defaultNamespace),
                attributes.get(each.name)));
      }
    }
    return Optional.empty();
  }
}
