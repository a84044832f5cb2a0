package io.forebay.dataset.affinity;

/**
 * A term that makes nodes better without excluding others.
 *
 * @param weight 1 to 100
 */
public record Preference(int weight, Expression expression) {}
