package io.forebay.kubernetes.affinity;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Asks the API server for each object, once. Users may often not read volumes and nodes, which
 * belong to no namespace: what they tell is then left out, with a warning.
 */
final class ApiObjects implements ClusterObjects {

  private final KubernetesClient client;
  private final Consumer<String> warnings;
  private final Map<String, Optional<PersistentVolumeClaim>> claims = new ConcurrentHashMap<>();
  private final Map<String, Optional<PersistentVolume>> volumes = new ConcurrentHashMap<>();
  private final Map<String, Collection<Node>> nodes = new ConcurrentHashMap<>();

  ApiObjects(KubernetesClient client, Consumer<String> warnings) {
    this.client = client;
    this.warnings = warnings;
  }

  @Override
  public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
    return claims.computeIfAbsent(
        namespace + "/" + name,
        key ->
            Optional.ofNullable(
                client.persistentVolumeClaims().inNamespace(namespace).withName(name).get()));
  }

  @Override
  public Optional<PersistentVolume> volume(String name) {
    return volumes.computeIfAbsent(
        name,
        key ->
            permitted(
                () -> Optional.ofNullable(client.persistentVolumes().withName(name).get()),
                Optional.empty(),
                "may not read PersistentVolume " + name + "; its claim counts by name only"));
  }

  @Override
  public Collection<Node> nodes(String label) {
    return nodes.computeIfAbsent(
        label,
        key ->
            permitted(
                () -> client.nodes().withLabel(label).list().getItems(),
                List.of(),
                "may not list nodes; pods get no preference for the zone of their data"));
  }

  private <T> T permitted(Supplier<T> request, T otherwise, String warning) {
    try {
      return request.get();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
        throw e;
      }
      warnings.accept(warning);
      return otherwise;
    }
  }
}
