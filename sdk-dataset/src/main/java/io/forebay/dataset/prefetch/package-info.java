/**
 * Fetching ahead of a trainer whose order is known: the cache is told what will be read, and the
 * next files are fetched before they are asked for.
 */
package io.forebay.dataset.prefetch;
