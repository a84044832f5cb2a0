/** Bounds on what work in the background, and each data set, may take: bytes per second, bytes. */
package io.forebay.limit;
