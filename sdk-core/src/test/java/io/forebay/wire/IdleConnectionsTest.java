package io.forebay.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client keeps open that it does not use. */
class IdleConnectionsTest {

  /** The server's end reads the end of the stream only because the client has closed its end. */
  @Test
  @Timeout(120)
  void aConnectionThatIsNotUsedIsClosedAfterAWhile() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ServerClient client =
            new ServerClient(
                new Address.Tcp("127.0.0.1", listener.getLocalPort()),
                Access.OPEN,
                Duration.ofMinutes(1),
                Duration.ofMillis(100),
                view -> {})) {
      Thread asking =
          new Thread(
              () -> {
                try {
                  client.used(List.of());
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      asking.start();
      try (Socket socket = listener.accept()) {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        answer(socket, in, new Message.Welcome(Codec.VERSION));
        answer(socket, in, new Message.Done(0));
        asking.join();
        assertThat(in.read()).isEqualTo(-1);
      }
    }
  }

  private static void answer(Socket socket, DataInputStream in, Message message)
      throws IOException {
    byte[] frame = in.readNBytes(in.readInt());
    int id = Codec.decode(ByteBuffer.wrap(frame), frame.length).requestId();
    ByteBuffer bytes = Codec.encode(id, message);
    byte[] answer = new byte[bytes.remaining()];
    bytes.get(answer);
    socket.getOutputStream().write(answer);
  }
}
