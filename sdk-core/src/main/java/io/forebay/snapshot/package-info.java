/**
 * File lists of whole data sets: listed in parallel, sorted outside of the heap, kept in immutable
 * files, and served from them and from the shared namespace map.
 */
package io.forebay.snapshot;
