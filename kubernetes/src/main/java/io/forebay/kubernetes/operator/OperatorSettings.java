package io.forebay.kubernetes.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * What is the same for all data sets.
 *
 * @param image of all pods
 * @param pullPolicy of it
 * @param mountRoot folder of the nodes for mounts; one that a restart of the node empties, because
 *     a folder without its mount would look like an empty data set
 * @param runtimeClass has the templates of pods
 */
record OperatorSettings(
    String image, String pullPolicy, String mountRoot, GenericKubernetesResource runtimeClass) {

  /** The class that Fluid is given, too. */
  static GenericKubernetesResource ownClass() throws IOException {
    try (InputStream in = OperatorSettings.class.getResourceAsStream("/forebay-fluid/class.yaml")) {
      return Serialization.unmarshal(
          new String(in.readAllBytes(), StandardCharsets.UTF_8), GenericKubernetesResource.class);
    }
  }
}
