/**
 * A node's cache put together: maps, store, and the data sets it serves. The same object runs
 * inside a trainer (embedded mode) and inside a cache server.
 */
package io.forebay.node;
