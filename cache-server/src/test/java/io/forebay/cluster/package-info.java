/**
 * A cluster of real processes, each on a host of its own ({@link io.forebay.cluster.Network}), and
 * what can go wrong with it ({@link io.forebay.cluster.Fault}).
 */
package io.forebay.cluster;
