package io.forebay.simulator.cluster;

import java.time.Duration;

/**
 * What a cluster is made of; all rates in bytes a second.
 *
 * @param network of each node, in each direction
 * @param disk of a node of weight 1; others have as many disks as their weight
 * @param zoneNetwork of each zone to and from all others together
 * @param underStore to all nodes together
 * @param inZone there and back between two nodes of a zone
 * @param betweenZones there and back
 * @param firstByte of the under-store
 */
record Hardware(
    double network,
    double disk,
    double zoneNetwork,
    double underStore,
    Duration inZone,
    Duration betweenZones,
    Duration firstByte) {

  private static final double GB = 1e9;

  /** 25 Gbit/s a node, 2 GB/s a disk, and zones that share a quarter of what their nodes have. */
  static Hardware of(Shape shape) {
    double network = 25e9 / 8;
    return new Hardware(
        network,
        2 * GB,
        network * shape.nodes() / shape.zones() / 4,
        50 * GB * shape.nodes() / 1_000,
        Duration.ofNanos(100_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(25));
  }

  Hardware withZoneNetwork(double other) {
    return new Hardware(network, disk, other, underStore, inZone, betweenZones, firstByte);
  }
}
