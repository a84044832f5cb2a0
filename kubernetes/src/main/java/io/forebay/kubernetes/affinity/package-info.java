/**
 * Pods run beside the data sets that they read: finds the data sets of a pod, and merges the node
 * affinity that {@code io.forebay.dataset.affinity} derives from them into it.
 *
 * <p>{@link io.forebay.kubernetes.affinity.PodAffinity} is what programs use; {@link
 * io.forebay.kubernetes.affinity.DataSetCatalog} is what it asks about the cluster.
 */
package io.forebay.kubernetes.affinity;
