package io.forebay.kubernetes.affinity;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.Collection;
import java.util.Optional;

/** Objects of a cluster, from wherever they are read. Thread-safe. */
interface ClusterObjects {

  Optional<PersistentVolumeClaim> claim(String namespace, String name);

  Optional<PersistentVolume> volume(String name);

  /**
   * The nodes with a label.
   *
   * @param label one of {@code NodeLabels.placed}
   */
  Collection<Node> nodes(String label);
}
