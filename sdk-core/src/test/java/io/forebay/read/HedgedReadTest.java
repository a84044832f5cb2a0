package io.forebay.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.FileStatus;
import io.forebay.read.Servers.Candidate;
import io.forebay.wire.ErrorCode;
import io.forebay.wire.Item;
import io.forebay.wire.Message;
import io.forebay.wire.PendingGet;
import io.forebay.wire.Reach;
import io.forebay.wire.ServerClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  private ScriptedServer server(ScriptedServer.Answer answer) throws IOException {
    ScriptedServer server = new ScriptedServer(PATIENCE, answer);
    open.add(server);
    return server;
  }

  private static byte[] notCached(int id) {
    return ScriptedServer.frames(
        id, 0, new Message.ItemFailed(0, ErrorCode.NOT_CACHED, "not here"), new Message.Done(0));
  }

  private ScriptedServer silent() throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    open.add(end::countDown);
    return server(
        id -> {
          end.await();
          return new byte[0];
        });
  }

  private Candidate read(ScriptedServer first, ScriptedServer second, ByteBuffer target)
      throws IOException {
    return hedged.read("d", ITEM, target, first.candidate(), second.candidate());
  }

  @Test
  void anotherOwnerAnswersForOneThatIsSilent() throws IOException {
    ScriptedServer first = silent();
    ScriptedServer second = server(id -> ScriptedServer.data(id, 42));
    for (int i = 0; i < 2; i++) {
      ByteBuffer target = ByteBuffer.allocate(Long.BYTES);
      assertThat(read(first, second, target)).isEqualTo(second.candidate());
      assertThat(target.flip().getLong()).isEqualTo(42);
    }
    assertThat(second.asked()).allMatch(get -> get.reach() == Reach.CACHE).hasSize(2);
    assertThat(first.candidate().server().inFlight()).isZero();
    assertThat(first.candidate().server().isDown()).isFalse();
  }

  @Test
  void aServerThatOthersOvertakeAgainAndAgainCountsAsDown() throws IOException {
    ScriptedServer first = silent();
    ScriptedServer second =
        server(
            id -> {
              if (first.asked().size() == 3) {
                first.refuse(); // or it would be found to be back
              }
              return ScriptedServer.data(id, 1);
            });
    for (int i = 0; i < 3; i++) {
      read(first, second, ByteBuffer.allocate(Long.BYTES));
    }
    assertThat(first.candidate().server().isDown()).isTrue();
    assertThat(second.candidate().server().isDown()).isFalse();
  }

  @Test
  void aSlowAnswerCountsWhenTheOtherOwnerDoesNotHaveTheBytes() throws IOException {
    CountDownLatch otherAsked = new CountDownLatch(1);
    ScriptedServer first =
        server(
            id -> {
              otherAsked.await();
              return ScriptedServer.data(id, 7);
            });
    ScriptedServer second =
        server(
            id -> {
              otherAsked.countDown();
              return notCached(id);
            });
    ByteBuffer target = ByteBuffer.allocate(Long.BYTES);
    assertThat(read(first, second, target)).isEqualTo(first.candidate());
    assertThat(target.flip().getLong()).isEqualTo(7);
  }

  @Test
  void anErrorInTimeIsTheAnswer() throws IOException {
    ScriptedServer first = server(HedgedReadTest::notCached);
    ScriptedServer second = server(id -> ScriptedServer.data(id, 1));
    assertThatThrownBy(() -> read(first, second, ByteBuffer.allocate(Long.BYTES)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not here");
  }

  @Test
  void whatHasEndedCannotBeGivenUp() throws IOException {
    ScriptedServer wrong = server(id -> ScriptedServer.data(id + 1, 1));
    ServerClient client = wrong.candidate().server();
    List<PendingGet> sent = new ArrayList<>();
    ByteBuffer target = ByteBuffer.allocate(Long.BYTES);
    assertThatThrownBy(() -> client.read("d", ITEM, Reach.CLUSTER, target, sent::add))
        .isInstanceOf(IOException.class);
    sent.get(0).abandon();
    assertThat(client.inFlight()).isZero();
  }
}
