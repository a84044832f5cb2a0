package io.forebay.kubernetes.labels;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.forebay.server.admin.StatusReport;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * Keeps the labels of one node as its server has its data sets. Writes them when they change, and
 * then all of them: server-side apply takes away those of them that are not wanted any more, and
 * leaves all others alone. Used by one thread at a time.
 */
final class NodeLabelKeeper {

  private final KubernetesClient client;
  private final Owner owner;
  private final Supplier<StatusReport> status;
  private LabelSet written = LabelSet.NONE;

  /** Another server may have left some. */
  private boolean first = true;

  NodeLabelKeeper(KubernetesClient client, Owner owner, Supplier<StatusReport> status) {
    this.client = client;
    this.owner = owner;
    this.status = status;
  }

  /**
   * Writes the labels if they are not what they should be.
   *
   * @throws IOException when the API server does not take them; the next look tries it again
   */
  void look() throws IOException {
    LabelSet wanted = LabelSet.of(status.get(), owner, written);
    if (first || !wanted.equals(written)) {
      write(client, owner.node(), owner.fieldManager(), wanted);
      written = wanted;
      first = false;
    }
  }

  /** Removes them. */
  void end() throws IOException {
    write(client, owner.node(), owner.fieldManager(), LabelSet.NONE);
  }

  /**
   * @param fieldManager whose other labels are taken away
   */
  static void write(KubernetesClient client, String node, String fieldManager, LabelSet labels)
      throws IOException {
    try {
      if (client.nodes().withName(node).get() == null) {
        return; // applying would make one
      }
      client
          .nodes()
          .resource(
              new NodeBuilder()
                  .withNewMetadata()
                  .withName(node)
                  .withLabels(labels.labels())
                  .endMetadata()
                  .build())
          .patch(
              new PatchContext.Builder()
                  .withPatchType(PatchType.SERVER_SIDE_APPLY)
                  .withFieldManager(fieldManager)
                  .withForce(true)
                  .build());
    } catch (KubernetesClientException e) {
      throw new IOException("cannot label node " + node + ": " + e.getMessage(), e);
    }
  }
}
