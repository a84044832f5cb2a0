/** A node's disk: resident files, their blocks and checksums, the log they are found by again. */
package io.forebay.store;
