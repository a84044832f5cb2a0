/**
 * The implementation of the public API: puts the locality ladder, the names and the under-stores of
 * each data set together, for a cache in this process or for cache servers.
 */
package io.forebay.client;
