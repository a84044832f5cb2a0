package io.forebay.kubernetes.labels;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.forebay.dataset.affinity.DataSetName;
import io.forebay.dataset.affinity.NodeLabels;
import java.io.IOException;
import java.util.List;

/** The labels of all nodes that the servers of one service keep. */
public final class ServiceLabels {

  private ServiceLabels() {}

  /**
   * Takes all of them away. Servers that run write theirs again with the next change.
   *
   * @param service of the servers, with its namespace
   * @return the nodes that had labels
   * @throws IOException when the API server does not permit it
   */
  public static List<String> remove(KubernetesClient client, DataSetName service)
      throws IOException {
    List<String> nodes =
        client.nodes().withLabel(NodeLabels.server(service)).list().getItems().stream()
            .map(Node::getMetadata)
            .map(metadata -> metadata.getName())
            .toList();
    for (String node : nodes) {
      NodeLabelKeeper.write(client, node, Owner.fieldManager(service), LabelSet.NONE);
    }
    return nodes;
  }
}
