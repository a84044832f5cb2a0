package io.forebay.kubernetes.affinity;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.forebay.dataset.affinity.DataSetName;
import io.forebay.dataset.affinity.LocalityTiers;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** What is known of the data sets of a cluster. Thread-safe. */
public interface DataSetCatalog {

  /** The data set behind a PersistentVolumeClaim; empty if the claim is for something else. */
  Optional<DataSetName> ofClaim(String namespace, String claim);

  /**
   * Where the nodes with a server of the data set are: values by the label of a wider tier, such as
   * {@code topology.kubernetes.io/zone}. Empty if that is not known.
   */
  Map<String, Set<String>> places(DataSetName dataSet);

  /** The names of the nodes with a server of the data set. Empty if that is not known. */
  Set<String> nodes(DataSetName dataSet);

  /**
   * Asks the API server, for a command that ends soon.
   *
   * @param warnings gets what the user may not read, and what that means
   */
  static DataSetCatalog of(
      KubernetesClient client, LocalityTiers tiers, Consumer<String> warnings) {
    return new ClusterCatalog(new ApiObjects(client, warnings), tiers.topology().keySet());
  }

  /**
   * Without a cluster: takes each claim for the data set of the same name, as Fluid names them. A
   * claim that is for something else leads to preferences that no node meets, which change nothing.
   */
  static DataSetCatalog ofClaimNames() {
    return new DataSetCatalog() {
      @Override
      public Optional<DataSetName> ofClaim(String namespace, String claim) {
        return Optional.of(new DataSetName(namespace, claim));
      }

      @Override
      public Map<String, Set<String>> places(DataSetName dataSet) {
        return Map.of();
      }

      @Override
      public Set<String> nodes(DataSetName dataSet) {
        return Set.of();
      }
    };
  }
}
