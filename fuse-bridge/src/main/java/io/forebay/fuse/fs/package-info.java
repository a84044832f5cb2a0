/**
 * A data set as a file system: nodes for its paths, and where the bytes of an open file come from.
 */
package io.forebay.fuse.fs;
