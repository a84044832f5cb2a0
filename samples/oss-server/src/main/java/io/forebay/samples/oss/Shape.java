package io.forebay.samples.oss;

import java.time.Duration;

/**
 * How far away the bucket is.
 *
 * @param firstByte time between a request and the first byte of its answer
 * @param bytesPerSecondPerConnection of object bytes; 0 for no limit
 * @param bytesPerSecondInTotal of object bytes over all connections; 0 for no limit
 */
public record Shape(
    Duration firstByte, long bytesPerSecondPerConnection, long bytesPerSecondInTotal) {

  /** As fast as this machine can. */
  public static final Shape UNSHAPED = new Shape(Duration.ZERO, 0, 0);
}
