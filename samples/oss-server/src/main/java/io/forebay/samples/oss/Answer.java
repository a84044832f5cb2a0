package io.forebay.samples.oss;

import io.netty.util.ReferenceCounted;
import java.util.Map;

/**
 * What a request is answered with.
 *
 * @param body read piece by piece while it is sent
 */
record Answer(int status, Map<String, String> headers, Body body) {

  /** A range of bytes that need not be in memory. */
  interface Body {
    long length();

    /** A {@link io.netty.buffer.ByteBuf} or {@link io.netty.channel.FileRegion}, to be sent. */
    ReferenceCounted piece(long offset, int length);
  }
}
