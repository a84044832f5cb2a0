package io.forebay.server;

import io.forebay.wire.Codec;
import io.netty.channel.Channel;

/**
 * Stops reading from a connection that has enough to be answered, or whose client does not take its
 * answers. What the client goes on sending stays in the kernel, and then with the client. Used on
 * the connection's event loop.
 */
final class Inflow {

  /** Requests of one connection that are answered at a time. */
  static final int MAX_IN_FLIGHT = 256;

  static final int MOST_MESSAGE_BYTES = 1 << 20;

  private final Channel channel;
  private final RequestMemory memory;
  private int requests;
  private int bytes;
  private int messageBytes;

  Inflow(Channel channel, RequestMemory memory) {
    this.channel = channel;
    this.memory = memory;
  }

  void begun(int size) {
    requests++;
    bytes += size;
    memory.take(size);
    adjust();
  }

  void ended(int size) {
    requests--;
    bytes -= size;
    memory.release(size);
    adjust();
  }

  /** A message without bytes of files waits for the client, beside the bytes that have a bound. */
  void sending(int size) {
    messageBytes += size;
    adjust();
  }

  void sent(int size) {
    messageBytes -= size;
    adjust();
  }

  private void adjust() {
    if (!channel.isActive()) {
      return;
    }
    boolean read =
        requests <= MAX_IN_FLIGHT
            && bytes <= Codec.MAX_REQUEST_BYTES
            && messageBytes <= MOST_MESSAGE_BYTES
            && !(requests > 0 && memory.isScarce());
    if (channel.config().isAutoRead() != read) {
      channel.config().setAutoRead(read);
    }
  }
}
