package io.forebay.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client of this build and a server of another protocol version. */
@Timeout(60)
class VersionSkewTest {

  /** Longer than the test may take, so that an answer in time is no expired patience. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private ServerSocket listener;
  private ServerClient client;

  @BeforeEach
  void listen() throws IOException {
    listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    client =
        new ServerClient(
            new Address.Tcp("127.0.0.1", listener.getLocalPort()), Access.OPEN, PATIENCE);
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    listener.close();
  }

  /**
   * Answers the greeting of one client and keeps the connection open.
   *
   * @return whether the client then closed it without another byte
   */
  private CompletableFuture<Boolean> answerGreeting(Message answer) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Socket socket = listener.accept()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] hello = in.readNBytes(in.readInt());
            int id = Codec.decode(ByteBuffer.wrap(hello), hello.length).requestId();
            ByteBuffer frame = Codec.encode(id, answer);
            byte[] bytes = new byte[frame.remaining()];
            frame.get(bytes);
            socket.getOutputStream().write(bytes);
            return in.read() < 0;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void aServerThatRefusesTheVersionIsQuoted(int newer) throws Exception {
    String reason = Codec.otherVersions(Codec.VERSION, Codec.VERSION + newer);
    CompletableFuture<Boolean> closed =
        answerGreeting(new Message.Failed(ErrorCode.BAD_REQUEST, reason));
    requireErrorWithBothVersions(newer);
    assertThat(closed.get(30, TimeUnit.SECONDS)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void aServerThatWelcomesWithAnotherVersionIsRefused(int newer) throws Exception {
    CompletableFuture<Boolean> closed = answerGreeting(new Message.Welcome(Codec.VERSION + newer));
    requireErrorWithBothVersions(newer);
    assertThat(closed.get(30, TimeUnit.SECONDS)).isTrue();
  }

  private void requireErrorWithBothVersions(int newer) {
    assertThatThrownBy(() -> client.open("images"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(client.address().toString())
        .hasMessageContaining("client uses protocol version " + Codec.VERSION)
        .hasMessageContaining("server uses version " + (Codec.VERSION + newer));
    assertThat(client.isDown()).isTrue(); // so that reads go around it
  }
}
