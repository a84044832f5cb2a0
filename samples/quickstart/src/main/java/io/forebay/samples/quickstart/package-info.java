/**
 * The main job in one command: the same training, reading from object storage directly, through
 * Forebay, and from local disk.
 */
package io.forebay.samples.quickstart;
