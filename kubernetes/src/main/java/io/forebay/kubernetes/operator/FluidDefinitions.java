package io.forebay.kubernetes.operator;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Definitions of Fluid's kinds, with its printed columns. Their fields are checked by the reader of
 * manifests, which knows the fields of all versions and says what they mean here; the definitions
 * keep them all.
 */
final class FluidDefinitions {

  private static final Logger log = LoggerFactory.getLogger(FluidDefinitions.class);

  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  private static final long PATIENCE_SECONDS = 60;

  private FluidDefinitions() {}

  /** Those that are missing; Fluid's own, or those of another version, are left as they are. */
  static void install(KubernetesClient client) {
    List<CustomResourceDefinition> made = new ArrayList<>();
    Stream.of(List.of(Kinds.DATA_SET, Kinds.DATA_LOAD), Kinds.RUNTIMES)
        .flatMap(List::stream)
        .forEach(
            kind -> {
              CustomResourceDefinition wanted = definition(kind);
              CustomResourceDefinition present = client.resource(wanted).get();
              if (present == null) {
                client.resource(wanted).create();
                log.info("made the definition of {}", kind);
                made.add(wanted);
              } else if (!isOurs(present)) {
                log.warn(
                    "the definition of {} is not this operator's; if Fluid runs in this cluster,"
                        + " delete this operator: both would serve the same objects",
                    kind);
              }
            });
    for (CustomResourceDefinition definition : made) {
      client
          .resource(definition)
          .waitUntilCondition(FluidDefinitions::isServed, PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  private static boolean isOurs(CustomResourceDefinition definition) {
    return definition.getMetadata().getLabels() != null
        && DataSetReconciler.MANAGER.equals(definition.getMetadata().getLabels().get(MANAGED_BY));
  }

  private static boolean isServed(CustomResourceDefinition definition) {
    return definition != null
        && definition.getStatus() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }

  static CustomResourceDefinition definition(String kind) {
    String plural = Kinds.plural(kind);
    return new CustomResourceDefinitionBuilder()
        .withNewMetadata()
        .withName(plural + "." + Kinds.GROUP)
        .addToLabels(MANAGED_BY, DataSetReconciler.MANAGER)
        .endMetadata()
        .withNewSpec()
        .withGroup(Kinds.GROUP)
        .withScope("Namespaced")
        .withNewNames()
        .withKind(kind)
        .withListKind(kind + "List")
        .withPlural(plural)
        .withSingular(kind.toLowerCase(Locale.ROOT))
        .withCategories("fluid")
        .endNames()
        .addNewVersion()
        .withName(Kinds.VERSION)
        .withServed(true)
        .withStorage(true)
        .withNewSubresources()
        .withNewStatus()
        .endStatus()
        .endSubresources()
        .withAdditionalPrinterColumns(columns(kind))
        .withNewSchema()
        .withNewOpenAPIV3Schema()
        .withType("object")
        .addToProperties("spec", open())
        .addToProperties("status", open())
        .endOpenAPIV3Schema()
        .endSchema()
        .endVersion()
        .endSpec()
        .build();
  }

  private static JSONSchemaProps open() {
    return new JSONSchemaPropsBuilder()
        .withType("object")
        .withXKubernetesPreserveUnknownFields(true)
        .build();
  }

  private static List<CustomResourceColumnDefinition> columns(String kind) {
    List<CustomResourceColumnDefinition> columns =
        new ArrayList<>(
            switch (kind) {
              case Kinds.DATA_SET ->
                  List.of(
                      column("Ufs Total Size", ".status.ufsTotal", 0),
                      column("Cached", ".status.cacheStates.cached", 0),
                      column("Cache Capacity", ".status.cacheStates.cacheCapacity", 0),
                      column("Cached Percentage", ".status.cacheStates.cachedPercentage", 0),
                      column("Phase", ".status.phase", 0),
                      column("CACHE HIT RATIO", ".status.cacheStates.cacheHitRatio", 10));
              case Kinds.DATA_LOAD ->
                  List.of(
                      column("Dataset", ".spec.dataset.name", 0),
                      column("Phase", ".status.phase", 0),
                      column("Duration", ".status.duration", 0));
              default -> List.<CustomResourceColumnDefinition>of();
            });
    columns.add(
        new CustomResourceColumnDefinitionBuilder()
            .withName("Age")
            .withType("date")
            .withJsonPath(".metadata.creationTimestamp")
            .build());
    return columns;
  }

  private static CustomResourceColumnDefinition column(String name, String path, int priority) {
    return new CustomResourceColumnDefinitionBuilder()
        .withName(name)
        .withType("string")
        .withJsonPath(path)
        .withPriority(priority == 0 ? null : priority)
        .build();
  }
}
