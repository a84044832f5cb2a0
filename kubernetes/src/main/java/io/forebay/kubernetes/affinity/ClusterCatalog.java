package io.forebay.kubernetes.affinity;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.forebay.dataset.affinity.DataSetName;
import io.forebay.dataset.affinity.NodeLabels;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The data sets that a cluster's claims are for. A claim is for a data set if its volume comes from
 * a CSI driver of Forebay or Fluid, if it has Fluid's label of the data set, or if some node has a
 * server of a data set with the claim's name.
 */
final class ClusterCatalog implements DataSetCatalog {

  private final ClusterObjects objects;
  private final Set<String> topology;

  /**
   * @param topology labels of the wider tiers, whose values {@link #places} tells
   */
  ClusterCatalog(ClusterObjects objects, Set<String> topology) {
    this.objects = objects;
    this.topology = Set.copyOf(topology);
  }

  @Override
  public Optional<DataSetName> ofClaim(String namespace, String name) {
    Optional<PersistentVolumeClaim> claim = objects.claim(namespace, name);
    DataSetName sameName = new DataSetName(namespace, name);
    return claim
        .map(found -> found.getSpec().getVolumeName())
        .flatMap(objects::volume)
        .flatMap(volume -> ofVolume(volume, namespace))
        .or(
            () ->
                claim.map(found -> isLabelled(found, sameName)).orElse(false) || isPlaced(sameName)
                    ? Optional.of(sameName)
                    : Optional.empty());
  }

  private static Optional<DataSetName> ofVolume(PersistentVolume volume, String namespace) {
    return Optional.ofNullable(volume.getSpec().getCsi())
        .flatMap(
            csi -> VolumeAttributes.dataSet(csi.getDriver(), csi.getVolumeAttributes(), namespace));
  }

  private static boolean isLabelled(PersistentVolumeClaim claim, DataSetName name) {
    return labels(claim.getMetadata()).containsKey(NodeLabels.placed(name));
  }

  private boolean isPlaced(DataSetName name) {
    return !objects.nodes(NodeLabels.placed(name)).isEmpty();
  }

  @Override
  public Map<String, Set<String>> places(DataSetName dataSet) {
    Map<String, Set<String>> places = new HashMap<>();
    for (Node node : objects.nodes(NodeLabels.placed(dataSet))) {
      Map<String, String> labels = labels(node.getMetadata());
      for (String key : topology) {
        if (labels.containsKey(key)) {
          places.computeIfAbsent(key, k -> new HashSet<>()).add(labels.get(key));
        }
      }
    }
    return places;
  }

  @Override
  public Set<String> nodes(DataSetName dataSet) {
    return objects.nodes(NodeLabels.placed(dataSet)).stream()
        .map(node -> node.getMetadata().getName())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Map<String, String> labels(ObjectMeta metadata) {
    return metadata.getLabels() == null ? Map.of() : metadata.getLabels();
  }
}
