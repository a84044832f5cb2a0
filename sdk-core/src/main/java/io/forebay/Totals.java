package io.forebay;

/**
 * How much there is of files.
 *
 * @param files how many
 * @param bytes of all of them
 */
public record Totals(long files, long bytes) {}
