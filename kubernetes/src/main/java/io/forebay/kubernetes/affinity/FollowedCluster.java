package io.forebay.kubernetes.affinity;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.forebay.dataset.affinity.LocalityTiers;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Follows claims, volumes and nodes of a cluster, so that a look-up is no request. */
public final class FollowedCluster implements AutoCloseable {

  private static final String LABEL = "label";

  private final SharedIndexInformer<PersistentVolumeClaim> claims;
  private final SharedIndexInformer<PersistentVolume> volumes;
  private final SharedIndexInformer<Node> nodes;
  private final DataSetCatalog catalog;

  /**
   * Starts to follow; {@link #isComplete} tells when all is known.
   *
   * @param client stays open as long as this
   */
  public FollowedCluster(KubernetesClient client, LocalityTiers tiers) {
    claims = client.persistentVolumeClaims().inAnyNamespace().runnableInformer(0);
    volumes = client.persistentVolumes().runnableInformer(0);
    nodes = client.nodes().runnableInformer(0);
    nodes.addIndexers(Map.of(LABEL, FollowedCluster::labels));
    catalog = new ClusterCatalog(new Objects(), tiers.topology().keySet());
    all().forEach(SharedIndexInformer::start);
  }

  private List<SharedIndexInformer<? extends HasMetadata>> all() {
    return List.of(claims, volumes, nodes);
  }

  private static List<String> labels(Node node) {
    Map<String, String> labels = node.getMetadata().getLabels();
    return labels == null ? List.of() : List.copyOf(labels.keySet());
  }

  /** Whether everything was listed once. */
  public boolean isComplete() {
    return all().stream().allMatch(SharedIndexInformer::hasSynced);
  }

  /** What is known now. */
  public DataSetCatalog catalog() {
    return catalog;
  }

  /** The informers' caches. */
  private final class Objects implements ClusterObjects {

    @Override
    public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
      return Optional.ofNullable(
          claims.getIndexer().getByKey(Cache.namespaceKeyFunc(namespace, name)));
    }

    @Override
    public Optional<PersistentVolume> volume(String name) {
      return Optional.ofNullable(volumes.getIndexer().getByKey(Cache.namespaceKeyFunc("", name)));
    }

    @Override
    public Collection<Node> nodes(String label) {
      return nodes.getIndexer().byIndex(LABEL, label);
    }
  }

  @Override
  public void close() {
    all().forEach(SharedIndexInformer::close);
  }
}
