/**
 * Descriptors that outlive the processes that use them: a small process holds copies, and gives
 * them to whoever comes next.
 */
package io.forebay.fuse.hold;
