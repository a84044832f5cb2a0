/**
 * The order in which an epoch reads its samples: known in advance, the same wherever it is
 * computed, and never stored. {@link io.forebay.dataset.epoch.EpochOrder} is what trainers use; the
 * other classes are the ways to make one out of numbers or out of another.
 */
package io.forebay.dataset.epoch;
