/** What outlives a bridge: the journal from which the next one knows what the kernel holds. */
package io.forebay.fuse.journal;
