/**
 * Manifests that operators apply to a running server: its data sets and secrets, kept for the next
 * start, and whether their under-stores answer.
 */
package io.forebay.server.apply;
