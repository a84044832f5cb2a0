package io.forebay.kubernetes.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Kinds of Fluid's that the operator serves. */
final class Kinds {

  static final String GROUP = "data.fluid.io";
  static final String VERSION = "v1alpha1";
  static final String DATA_SET = "Dataset";
  static final String DATA_LOAD = "DataLoad";

  /** Of a data set one is used; the first in this order. */
  static final List<String> RUNTIMES =
      List.of(
          "JindoRuntime",
          "CacheRuntime",
          "AlluxioRuntime",
          "JuiceFSRuntime",
          "ThinRuntime",
          "EFCRuntime",
          "GooseFSRuntime",
          "VineyardRuntime");

  private Kinds() {}

  static String plural(String kind) {
    return kind.toLowerCase(Locale.ROOT) + "s";
  }

  static ResourceDefinitionContext context(String kind) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(GROUP)
        .withVersion(VERSION)
        .withKind(kind)
        .withPlural(plural(kind))
        .withNamespaced(true)
        .build();
  }

  /** Its status; empty if there is none. */
  static Map<String, Object> status(GenericKubernetesResource resource) {
    Map<String, Object> status = resource.get("status");
    return status == null ? Map.of() : status;
  }
}
