package io.forebay;

/**
 * What the snapshot in use holds.
 *
 * @param files in it
 * @param bytes of all of them
 */
public record Totals(long files, long bytes) {}
