package io.forebay.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.FileStatus;
import io.forebay.Origin;
import io.forebay.read.Servers.Candidate;
import io.forebay.wire.Address;
import io.forebay.wire.Codec;
import io.forebay.wire.ErrorCode;
import io.forebay.wire.Item;
import io.forebay.wire.Message;
import io.forebay.wire.Reach;
import io.forebay.wire.ServerClient;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reads whose first server is silent. */
@Timeout(120)
class HedgedReadTest {

  private static final Item ITEM = Item.whole(FileStatus.file("file", 8, 0, "etag"));
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<AutoCloseable> open = new ArrayList<>();

  /** A read is late after a tenth of the patience as long as there are no samples. */
  private final HedgedRead hedged = new HedgedRead(Duration.ofSeconds(1));

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  /** What a server of this test sends for a request. */
  private interface Answer {
    byte[] to(int requestId) throws IOException, InterruptedException;
  }

  /** A server with a script, and what it was asked. */
  private final class Scripted {

    private final List<Message.Get> asked = new CopyOnWriteArrayList<>();
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Candidate candidate;

    Scripted(Answer answer) throws IOException {
      open.add(listener);
      daemon(
          () -> {
            while (true) {
              Socket socket = listener.accept();
              daemon(() -> serve(socket, answer));
            }
          });
      ServerClient client =
          new ServerClient(new Address.Tcp("127.0.0.1", listener.getLocalPort()), PATIENCE);
      open.add(client);
      candidate = new Candidate(client, Origin.OTHER_SERVER, true);
    }

    private void serve(Socket accepted, Answer answer) throws IOException, InterruptedException {
      try (Socket socket = accepted) {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        while (true) {
          byte[] bytes = in.readNBytes(in.readInt());
          Codec.Frame frame = Codec.decode(ByteBuffer.wrap(bytes), bytes.length);
          byte[] reply = frame(frame.requestId(), new Message.Welcome(Codec.VERSION));
          if (frame.message() instanceof Message.Get get) {
            asked.add(get);
            reply = answer.to(frame.requestId());
          }
          socket.getOutputStream().write(reply);
        }
      }
    }
  }

  private interface Task {
    void run() throws IOException, InterruptedException;
  }

  private static void daemon(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException | InterruptedException e) {
                // The test is over, or the client closed the connection.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private static byte[] frame(int id, Message message) {
    ByteBuffer bytes = Codec.encode(id, message);
    byte[] frame = new byte[bytes.remaining()];
    bytes.get(frame);
    return frame;
  }

  private static byte[] data(int id, long content) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(frame(id, new Message.Data(0, Long.BYTES)));
    all.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(content).array());
    all.writeBytes(frame(id, new Message.Done(0)));
    return all.toByteArray();
  }

  private static byte[] notCached(int id) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(frame(id, new Message.ItemFailed(0, ErrorCode.NOT_CACHED, "not here")));
    all.writeBytes(frame(id, new Message.Done(0)));
    return all.toByteArray();
  }

  private Scripted silent() throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    open.add(end::countDown);
    return new Scripted(
        id -> {
          end.await();
          return new byte[0];
        });
  }

  private Candidate read(Scripted first, Scripted second, ByteBuffer target) throws IOException {
    return hedged.read("d", ITEM, target, first.candidate, second.candidate);
  }

  @Test
  void anotherOwnerAnswersForOneThatIsSilent() throws IOException {
    Scripted first = silent();
    Scripted second = new Scripted(id -> data(id, 42));
    for (int i = 0; i < 2; i++) {
      ByteBuffer target = ByteBuffer.allocate(Long.BYTES);
      assertThat(read(first, second, target)).isEqualTo(second.candidate);
      assertThat(target.flip().getLong()).isEqualTo(42);
    }
    assertThat(second.asked).allMatch(get -> get.reach() == Reach.CACHE).hasSize(2);
    assertThat(first.candidate.server().inFlight()).isZero();
    assertThat(first.candidate.server().isDown()).isFalse();
  }

  @Test
  void aServerThatOthersOvertakeAgainAndAgainCountsAsDown() throws IOException {
    Scripted first = silent();
    Scripted second =
        new Scripted(
            id -> {
              if (first.asked.size() == 3) {
                first.listener.close(); // or it would be found to be back
              }
              return data(id, 1);
            });
    for (int i = 0; i < 3; i++) {
      read(first, second, ByteBuffer.allocate(Long.BYTES));
    }
    assertThat(first.candidate.server().isDown()).isTrue();
    assertThat(second.candidate.server().isDown()).isFalse();
  }

  @Test
  void aSlowAnswerCountsWhenTheOtherOwnerDoesNotHaveTheBytes() throws IOException {
    CountDownLatch otherAsked = new CountDownLatch(1);
    Scripted first =
        new Scripted(
            id -> {
              otherAsked.await();
              return data(id, 7);
            });
    Scripted second =
        new Scripted(
            id -> {
              otherAsked.countDown();
              return notCached(id);
            });
    ByteBuffer target = ByteBuffer.allocate(Long.BYTES);
    assertThat(read(first, second, target)).isEqualTo(first.candidate);
    assertThat(target.flip().getLong()).isEqualTo(7);
  }

  @Test
  void anErrorInTimeIsTheAnswer() throws IOException {
    Scripted first = new Scripted(HedgedReadTest::notCached);
    Scripted second = new Scripted(id -> data(id, 1));
    assertThatThrownBy(() -> read(first, second, ByteBuffer.allocate(Long.BYTES)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not here");
  }
}
