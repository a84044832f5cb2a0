/**
 * The CSI driver of a node: gRPC over a Unix socket for the kubelet, and mounts of data sets that
 * all pods of the node share. {@link io.forebay.kubernetes.csi.CsiServer} is the way in.
 */
package io.forebay.kubernetes.csi;
