package io.forebay.kubernetes.pod;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.Optional;

/** Why a pod ends. */
public enum PodEnd {
  /** Another one takes its place. */
  REPLACED,
  /** Its controller goes on with fewer pods. */
  SCALED_IN,
  /** Its controller was deleted. */
  DELETED;

  /**
   * Asks the API server about the controller of a pod: a StatefulSet or a DaemonSet. A pod that may
   * not ask has lost its service account or its role, which are deleted with the controller.
   *
   * @throws IOException when the API server does not tell
   */
  public static PodEnd of(KubernetesClient client, String namespace, String name)
      throws IOException {
    try {
      Pod pod = client.pods().inNamespace(namespace).withName(name).get();
      if (pod == null) {
        throw new IOException("there is no pod " + namespace + "/" + name);
      }
      Optional<OwnerReference> controller =
          pod.getMetadata().getOwnerReferences().stream()
              .filter(owner -> Boolean.TRUE.equals(owner.getController()))
              .findFirst();
      if (controller.isEmpty()) {
        return DELETED;
      }
      String owner = controller.get().getName();
      return switch (controller.get().getKind()) {
        case "StatefulSet" ->
            ofStatefulSet(
                client.apps().statefulSets().inNamespace(namespace).withName(owner).get(), name);
        case "DaemonSet" ->
            isGone(client.apps().daemonSets().inNamespace(namespace).withName(owner).get())
                ? DELETED
                : REPLACED;
        default -> REPLACED;
      };
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_UNAUTHORIZED
          || e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return DELETED;
      }
      throw new IOException("cannot find out why this pod ends: " + e.getMessage(), e);
    }
  }

  private static PodEnd ofStatefulSet(StatefulSet set, String pod) {
    if (isGone(set)) {
      return DELETED;
    }
    int ordinal = Integer.parseInt(pod.substring(pod.lastIndexOf('-') + 1));
    int first =
        set.getSpec().getOrdinals() == null || set.getSpec().getOrdinals().getStart() == null
            ? 0
            : set.getSpec().getOrdinals().getStart();
    return ordinal >= first + set.getSpec().getReplicas() ? SCALED_IN : REPLACED;
  }

  private static boolean isGone(HasMetadata controller) {
    return controller == null || controller.getMetadata().getDeletionTimestamp() != null;
  }
}
