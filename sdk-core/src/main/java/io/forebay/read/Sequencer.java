package io.forebay.read;

import io.forebay.ReadOrder;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Brings files that become ready in any order into the order that was asked for. */
final class Sequencer {

  private final ByteBuffer[] waiting;
  private final ReadOrder order;
  private final Ladder.Delivery delivery;
  private int next;

  Sequencer(int files, ReadOrder order, Ladder.Delivery delivery) {
    this.waiting = new ByteBuffer[files];
    this.order = order;
    this.delivery = delivery;
  }

  void ready(int index, ByteBuffer bytes) throws IOException {
    if (order == ReadOrder.FREE) {
      delivery.deliver(index, bytes);
      return;
    }
    waiting[index] = bytes;
    while (next < waiting.length && waiting[next] != null) {
      ByteBuffer due = waiting[next];
      waiting[next] = null;
      delivery.deliver(next++, due);
    }
  }
}
