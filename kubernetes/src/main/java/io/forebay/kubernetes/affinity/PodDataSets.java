package io.forebay.kubernetes.affinity;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.forebay.dataset.affinity.DataSetName;
import io.forebay.dataset.affinity.DataSetUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the data sets of a pod: behind its claims, in its CSI volumes, and in its annotations and
 * labels.
 */
final class PodDataSets {

  /** Annotation with more data sets: {@code name} or {@code namespace/name}, by commas. */
  static final String DATA_SETS = "forebay.io/datasets";

  /** Label or annotation of Fluid: how much a pod needs to be beside a data set. */
  private static final Pattern NEED = Pattern.compile("fluid\\.io/dataset\\.(.+)\\.sched");

  private final DataSetCatalog catalog;

  PodDataSets(DataSetCatalog catalog) {
    this.catalog = catalog;
  }

  /**
   * @param namespace that the pod runs in
   * @throws IllegalArgumentException naming the label or annotation that cannot be understood
   */
  List<DataSetUse> of(ObjectMeta metadata, PodSpec spec, String namespace) {
    Set<DataSetName> names = new TreeSet<>();
    for (Volume volume : spec.getVolumes()) {
      of(volume, namespace).ifPresent(names::add);
    }
    names.addAll(annotated(metadata, namespace));
    SortedMap<String, Need> needs = needs(metadata);
    List<DataSetUse> uses = new ArrayList<>();
    Set<String> found = new TreeSet<>();
    for (DataSetName name : names) {
      uses.add(use(name, needs.getOrDefault(name.name(), Need.PREFERRED)));
      found.add(name.name());
    }
    needs.forEach(
        (name, need) -> {
          if (!found.contains(name)) {
            uses.add(use(new DataSetName(namespace, name), need));
          }
        });
    return uses;
  }

  private DataSetUse use(DataSetName name, Need need) {
    return new DataSetUse(name, need == Need.REQUIRED, catalog.places(name));
  }

  private Optional<DataSetName> of(Volume volume, String namespace) {
    if (volume.getPersistentVolumeClaim() != null) {
      return catalog.ofClaim(namespace, volume.getPersistentVolumeClaim().getClaimName());
    }
    if (volume.getCsi() != null) {
      return VolumeAttributes.dataSet(
          volume.getCsi().getDriver(), volume.getCsi().getVolumeAttributes(), namespace);
    }
    return Optional.empty();
  }

  private static List<DataSetName> annotated(ObjectMeta metadata, String namespace) {
    String text = annotations(metadata).getOrDefault(DATA_SETS, "");
    List<DataSetName> names = new ArrayList<>();
    for (String each : text.split(",", -1)) {
      if (!each.isBlank()) {
        try {
          names.add(DataSetName.parse(each.strip(), namespace));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException("annotation " + DATA_SETS + ": " + e.getMessage(), e);
        }
      }
    }
    return names;
  }

  /** By the data set's name, which has no namespace here. Required is stronger. */
  private static SortedMap<String, Need> needs(ObjectMeta metadata) {
    SortedMap<String, Need> needs = new TreeMap<>();
    for (Map<String, String> texts : List.of(labels(metadata), annotations(metadata))) {
      texts.forEach(
          (key, text) -> {
            Matcher matcher = NEED.matcher(key);
            if (matcher.matches()) {
              needs.merge(
                  matcher.group(1),
                  Need.parse(key, text),
                  (one, other) -> one.compareTo(other) > 0 ? one : other);
            }
          });
    }
    return needs;
  }

  private static Map<String, String> labels(ObjectMeta metadata) {
    return metadata == null || metadata.getLabels() == null ? Map.of() : metadata.getLabels();
  }

  private static Map<String, String> annotations(ObjectMeta metadata) {
    return metadata == null || metadata.getAnnotations() == null
        ? Map.of()
        : metadata.getAnnotations();
  }
}
