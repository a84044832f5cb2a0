/**
 * The per-node cache server: a {@link io.forebay.node.CacheNode} behind Unix-domain and TCP
 * sockets. Large ranges of resident files leave by {@code sendfile}, small ones are gathered into
 * one write; everything that may wait runs on virtual threads, so that event loops never do.
 */
package io.forebay.server;
