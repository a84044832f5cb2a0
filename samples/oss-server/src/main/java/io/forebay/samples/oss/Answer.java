package io.forebay.samples.oss;

import io.netty.buffer.ByteBuf;
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

    ByteBuf piece(long offset, int length) throws java.io.IOException;
  }
}
