/**
 * Replays traces of reads against retention policies, ours beside those of others and the optimum,
 * and prints what each would hit and fetch.
 */
package io.forebay.simulator;
