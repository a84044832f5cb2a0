/** The servers of a cluster, and which of them holds which file. */
package io.forebay.placement;
