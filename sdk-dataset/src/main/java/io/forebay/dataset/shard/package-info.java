/**
 * Many samples in one file: tar archives as WebDataset has them, and TFRecord files. An index tells
 * where each sample lies, so that any can be read by itself.
 */
package io.forebay.dataset.shard;
