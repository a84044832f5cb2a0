package io.forebay.server;

import static io.forebay.server.Nodes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.wire.Codec;
import io.forebay.wire.ErrorCode;
import io.forebay.wire.Message;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server of this build and clients of other protocol versions. */
class VersionSkewTest {

  @TempDir Path directory;

  @Test
  @Timeout(60)
  void aClientOfAnotherVersionIsToldBothVersionsAndDisconnected() throws IOException {
    try (Nodes nodes = new Nodes(directory, 1)) {
      byte[] content = nodes.add("f", 1_000);
      for (int version : new int[] {Codec.VERSION - 1, Codec.VERSION + 1, 0, -1}) {
        requireRefusal(nodes, version);
      }
      assertThat(bytes(nodes.elsewhere().dataSet(Nodes.DATA_SET).read("f"))).isEqualTo(content);
    }
  }

  private static void requireRefusal(Nodes nodes, int version) throws IOException {
    try (Socket socket = nodes.connect(0)) {
      socket.setSoTimeout(30_000);
      ByteBuffer hello = Codec.encode(1, new Message.Hello(version));
      byte[] greeting = new byte[hello.remaining()];
      hello.get(greeting);
      socket.getOutputStream().write(greeting);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] frame = in.readNBytes(in.readInt());
      assertThat(Codec.decode(ByteBuffer.wrap(frame), frame.length))
          .isEqualTo(
              new Codec.Frame(
                  1,
                  new Message.Failed(
                      ErrorCode.BAD_REQUEST,
                      "the client uses protocol version "
                          + version
                          + ", the server uses version "
                          + Codec.VERSION)));
      assertThat(in.read()).isNegative();
    }
  }
}
