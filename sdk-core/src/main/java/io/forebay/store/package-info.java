/**
 * A node's disks: tiers, resident files, their blocks and checksums, and the logs that they are
 * found by again. Reads and fills never wait for the work in the background.
 */
package io.forebay.store;
