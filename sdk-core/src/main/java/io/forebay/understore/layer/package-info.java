/**
 * Layers around a data set's under-store: mounts, rotating keys, limits, retries, hedged requests.
 * {@link io.forebay.understore.layer.UnderStoreStack} puts them together.
 */
package io.forebay.understore.layer;
