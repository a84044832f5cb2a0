package io.forebay.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.FileStatus;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of the wrong answers of a server: an error, and no byte counts as read. */
class HostileServerTest {

  private static final FileStatus FILE = FileStatus.file("file", 1_000, 0, "etag");

  private ServerSocket listener;
  private ServerClient client;
  private final AtomicReference<Answer> answer = new AtomicReference<>();

  /** What goes over the wire for a request. */
  interface Answer {
    byte[] to(int requestId) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::accept, "hostile-server");
    thread.setDaemon(true);
    thread.start();
    client =
        new ServerClient(
            new Address.Tcp("127.0.0.1", listener.getLocalPort()),
            Access.OPEN,
            Duration.ofSeconds(30));
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    listener.close();
  }

  private void accept() {
    while (true) {
      try (Socket socket = listener.accept()) {
        serve(socket);
      } catch (IOException e) {
        if (listener.isClosed()) {
          return;
        }
      }
    }
  }

  private void serve(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    socket.getOutputStream().write(frame(receive(in), new Message.Welcome(Codec.VERSION)));
    socket.getOutputStream().write(answer.get().to(receive(in)));
  }

  /** Takes a request, and returns its id. */
  private static int receive(DataInputStream in) throws IOException {
    byte[] frame = in.readNBytes(in.readInt());
    return Codec.decode(ByteBuffer.wrap(frame), frame.length).requestId();
  }

  private static byte[] frame(int id, Message message) {
    ByteBuffer bytes = Codec.encode(id, message);
    byte[] frame = new byte[bytes.remaining()];
    bytes.get(frame);
    return frame;
  }

  /** A frame of file bytes, and what follows. */
  private static byte[] data(int id, int item, int length, Message... next) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(frame(id, new Message.Data(item, length)));
    all.writeBytes(new byte[length]);
    for (Message each : next) {
      all.writeBytes(frame(id, each));
    }
    return all.toByteArray();
  }

  private static Stream<Arguments> wrongAnswers() {
    Message done = new Message.Done(1);
    Message failed = new Message.ItemFailed(7, ErrorCode.STALE, "no");
    return Stream.of(
        wrong("too few bytes", id -> data(id, 0, 99, done)),
        wrong("too many bytes", id -> data(id, 0, 101, done)),
        wrong("no bytes", id -> frame(id, done)),
        wrong("bytes that nobody asked for", id -> data(id, 1, 100, done)),
        wrong("a failure of what nobody asked for", id -> frame(id, failed)),
        wrong("the answer to another request", id -> data(id + 1, 0, 100, done)),
        wrong("an answer to another question", id -> frame(id, new Message.Welcome(1))),
        wrong("half of a frame", id -> Arrays.copyOf(data(id, 0, 100, done), 60)),
        wrong("nothing", id -> new byte[0]),
        wrong("a frame of negative length", id -> new byte[] {-1, -1, -1, -1, 0, 0, 0, 0}),
        wrong("a frame without end", id -> new byte[] {127, -1, -1, -1, 0, 0, 0, 0}),
        wrong(
            "a page of a portal", id -> "HTTP/1.1 200 OK\r\n\r\n<html></html>".getBytes(US_ASCII)));
  }

  private static Arguments wrong(String name, Answer answer) {
    return Arguments.of(Named.of(name, answer));
  }

  @ParameterizedTest
  @MethodSource("wrongAnswers")
  void aWrongAnswerToAReadIsAnError(Answer wrong) {
    answer.set(wrong);
    assertThatThrownBy(
            () -> client.read("d", new Item(FILE, 0, 100), Reach.CLUSTER, ByteBuffer.allocate(100)))
        .isInstanceOfSatisfying(
            IOException.class, e -> assertThat(ServerClient.isAnswer(e)).isFalse());
  }

  @ParameterizedTest
  @MethodSource("wrongAnswers")
  void aWrongAnswerToALoadIsAnError(Answer wrong) {
    answer.set(id -> isDone(wrong, id) ? new byte[0] : wrong.to(id));
    assertThatThrownBy(
            () -> client.load("d", List.of(new Item(FILE, 0, 100)), (item, reason) -> {}))
        .isInstanceOf(IOException.class);
    assertThat(client.isDown()).isTrue();
  }

  /** Which is the right answer to a load. */
  private static boolean isDone(Answer answer, int id) throws IOException {
    return Arrays.equals(answer.to(id), frame(id, new Message.Done(1)));
  }
}
