package io.forebay.server;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.ReadOrder;
import io.forebay.wire.Codec;
import io.forebay.wire.Item;
import io.forebay.wire.Message;
import io.forebay.wire.Reach;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A client that sends what it likes, and reads its answers when it likes. */
final class BareClient implements Closeable {

  private final Socket socket;
  private final DataInputStream in;

  BareClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    socket.setSoTimeout(60_000);
    send(0, new Message.Hello(Codec.VERSION));
    receive();
  }

  void send(int id, Message message) throws IOException {
    ByteBuffer bytes = Codec.encode(id, message);
    byte[] frame = new byte[bytes.remaining()];
    bytes.get(frame);
    socket.getOutputStream().write(frame);
  }

  /** Asks for whole files, one after the other. */
  void get(int id, DataSet data, String... paths) throws IOException {
    List<Item> items = new ArrayList<>();
    for (String path : paths) {
      FileStatus file = data.stat(path);
      items.add(new Item(file, 0, file.size()));
    }
    send(id, new Message.Get(data.name(), ReadOrder.STRICT, Reach.CLUSTER, items));
  }

  /** The next message; bytes of files are passed over. */
  Codec.Frame receive() throws IOException {
    int length = in.readInt();
    byte[] head = in.readNBytes(length);
    return Codec.decode(ByteBuffer.wrap(head), length);
  }

  /** Takes what comes until so many requests are answered. */
  void receiveEnds(int count) throws IOException {
    for (int ended = 0; ended < count; ) {
      if (receive().message() instanceof Message.Done) {
        ended++;
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
