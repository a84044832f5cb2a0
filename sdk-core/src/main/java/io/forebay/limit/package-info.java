/** Bounds on what work may take: bytes per second, bytes in memory, descriptors. */
package io.forebay.limit;
