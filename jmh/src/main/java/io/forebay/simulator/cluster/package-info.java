/**
 * A training cluster of many nodes on a virtual clock: the real placement and membership of
 * Forebay, with a network, disks and an under-store that are only computed.
 */
package io.forebay.simulator.cluster;
