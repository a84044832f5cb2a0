package io.forebay.kubernetes.csi;

import io.forebay.cli.ConnectionOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a driver runs. Its paths are the same in its container and on the node, because it tells them
 * to the kubelet.
 *
 * @param driver its name in the cluster
 * @param node the name of this node
 * @param endpoint socket for the kubelet
 * @param registration where the kubelet looks for sockets of plugins; empty if somebody else
 *     registers the driver
 * @param directory of its mounts
 * @param secrets directory of tokens of volumes, in memory
 * @param log of the processes of mounts
 * @param hold socket of the descriptor store; empty for mounts that end with their processes
 * @param connection whom volumes ask that name no server
 */
public record CsiConfig(
    String driver,
    String node,
    Path endpoint,
    Optional<Path> registration,
    Path directory,
    Path secrets,
    Path log,
    Optional<Path> hold,
    ConnectionOptions connection) {}
