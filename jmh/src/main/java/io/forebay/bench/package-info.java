/**
 * Benchmarks beside their yardsticks. Where two things are compared they take turns within one run,
 * and what counts is the median of the ratios: on a shared machine a single timing means nothing.
 */
package io.forebay.bench;
