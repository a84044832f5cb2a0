/** Misses: one fetch per block, however many wait for it, and bytes handed on as they arrive. */
package io.forebay.fill;
