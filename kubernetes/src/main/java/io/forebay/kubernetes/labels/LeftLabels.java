package io.forebay.kubernetes.labels;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.forebay.dataset.affinity.NodeLabels;
import io.forebay.kubernetes.membership.ServiceSlices;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away the labels of nodes whose server is gone and did not do it itself. One server of a
 * service does this for all. Used by one thread.
 */
final class LeftLabels {

  private static final Logger log = LoggerFactory.getLogger(LeftLabels.class);

  private final KubernetesClient client;
  private final Owner owner;
  private final Duration patience;
  private final InstantSource clock;

  /** Since when no server was seen on nodes that have labels. */
  private final Map<String, Instant> missing = new HashMap<>();

  /**
   * @param patience a server that is away for a shorter time is being restarted
   */
  LeftLabels(KubernetesClient client, Owner owner, Duration patience, InstantSource clock) {
    this.client = client;
    this.owner = owner;
    this.patience = patience;
    this.clock = clock;
  }

  /**
   * @throws IOException when the API server does not answer or does not permit it
   */
  void look() throws IOException {
    Set<String> labelled = new HashSet<>();
    try {
      for (Node node :
          client.nodes().withLabel(NodeLabels.server(owner.service())).list().getItems()) {
        labelled.add(node.getMetadata().getName());
      }
      labelled.removeAll(withServer());
    } catch (KubernetesClientException e) {
      throw new IOException("cannot look for labels that are left: " + e.getMessage(), e);
    }
    missing.keySet().retainAll(labelled);
    Instant now = clock.instant();
    for (String node : labelled) {
      Instant since = missing.computeIfAbsent(node, name -> now);
      if (!now.isBefore(since.plus(patience))) {
        NodeLabelKeeper.write(client, node, owner.fieldManager(), LabelSet.NONE);
        missing.remove(node);
        log.info("removed the labels of node {}, which has had no server since {}", node, since);
      }
    }
  }

  /** Whatever state it is in. */
  private Set<String> withServer() {
    return ServiceSlices.of(client, owner.service().namespace(), owner.service().name())
        .list()
        .getItems()
        .stream()
        .flatMap(slice -> slice.getEndpoints().stream())
        .map(Endpoint::getNodeName)
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }
}
