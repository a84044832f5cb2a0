package io.forebay.server;

import static io.forebay.server.Nodes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.Origin;
import io.forebay.ReadOrder;
import io.forebay.file.FileVersion;
import io.forebay.samples.oss.Fault;
import io.forebay.samples.oss.Shape;
import io.forebay.spec.DataSetSpec;
import io.forebay.store.ResidentFile;
import io.forebay.wire.Codec;
import io.forebay.wire.Item;
import io.forebay.wire.Message;
import io.forebay.wire.Reach;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What breaks, and what readers then see. */
class FailuresTest {

  @TempDir Path directory;
  private Nodes nodes;

  @AfterEach
  void close() throws IOException {
    if (nodes != null) {
      nodes.close();
    }
  }

  private Forebay withDirectAccess(String... servers) throws IOException {
    Forebay.Builder builder = Forebay.builder().servers(servers).patience(Duration.ofMillis(500));
    nodes.ossOptions().forEach(builder::option);
    return nodes.remember(builder.open());
  }

  @Test
  void whenTheOwnerIsDownTheNextServerReadsThrough() throws IOException {
    nodes = new Nodes(directory, 2);
    nodes.addMany(40, 1_000);
    Forebay client = nodes.elsewhere();
    DataSet data = client.dataSet(Nodes.DATA_SET);
    data.walk("");
    nodes.stop(1);
    for (String path : nodes.paths()) {
      assertThat(bytes(data.read(path))).isEqualTo(nodes.files().get(path));
    }
    assertThat(client.stats().reads(Origin.OTHER_SERVER)).isEqualTo(40);
    nodes.start(1);
  }

  @Test
  void whenAllServersAreDownTheUnderStoreIsReadDirectly() throws IOException {
    nodes = new Nodes(directory, 1);
    nodes.addMany(20, 1_000);
    Forebay client = withDirectAccess(nodes.member(0));
    DataSet data = client.dataSet(Nodes.DATA_SET);
    data.read(nodes.paths().get(0));
    nodes.stop(0);
    for (String path : nodes.paths()) {
      assertThat(bytes(data.read(path))).isEqualTo(nodes.files().get(path));
    }
    data.readAll(
        nodes.paths(),
        ReadOrder.STRICT,
        (path, buffer) -> assertThat(bytes(buffer)).isEqualTo(nodes.files().get(path)));
    assertThat(client.stats().reads(Origin.UNDER_STORE)).isEqualTo(40);
  }

  @Test
  void aReadOutlastsTheRestartOfTheOnlyServerWhereItReachesNoStore() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.add("f", 10);
    nodes.add("g", 10);
    Forebay client =
        nodes.remember(
            Forebay.builder().servers(nodes.member(0)).restartPatience(ONE_MINUTE).open());
    DataSet data = client.dataSet(Nodes.DATA_SET);
    data.read("f");
    nodes.stop(0);
    CompletableFuture<ByteBuffer> bytes = reading(() -> data.read("f"));
    CompletableFuture<FileStatus> status = reading(() -> data.stat("g"));
    nodes.start(0);
    assertThat(bytes(bytes.get(1, TimeUnit.MINUTES))).isEqualTo(nodes.files().get("f"));
    assertThat(status.get(1, TimeUnit.MINUTES).size()).isEqualTo(10);
  }

  private static <T> CompletableFuture<T> reading(Callable<T> read) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                result.complete(read.call());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  @Test
  void aServerThatStaysAwayIsWaitedForOnce() throws IOException {
    nodes = new Nodes(directory, 1);
    nodes.add("f", 10);
    Duration patience = Duration.ofMillis(300);
    Forebay client =
        nodes.remember(Forebay.builder().servers(nodes.member(0)).restartPatience(patience).open());
    DataSet data = client.dataSet(Nodes.DATA_SET);
    data.stat("f");
    nodes.stop(0);
    long start = System.nanoTime();
    assertThatThrownBy(() -> data.read("f")).isInstanceOf(IOException.class);
    assertThat(System.nanoTime() - start).isGreaterThan(patience.toNanos());
    assertThatThrownBy(() -> data.read("f")).hasStackTraceContaining("fs.oss.accessKeyId");
  }

  @Test
  void withoutServersAndCredentialsTheErrorSaysBoth() throws IOException {
    nodes = new Nodes(directory, 1);
    nodes.add("f", 10);
    Forebay client = nodes.elsewhere();
    DataSet data = client.dataSet(Nodes.DATA_SET);
    data.stat("f");
    nodes.stop(0);
    assertThatThrownBy(() -> data.read("f"))
        .hasStackTraceContaining(nodes.address(0))
        .hasStackTraceContaining("fs.oss.accessKeyId");
  }

  /** A server that greets, and then answers as it is told. */
  private ServerSocket impostor(byte[] answerToTheSecondRequest) throws IOException {
    ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread thread =
        new Thread(
            () -> {
              while (!listening.isClosed()) {
                try (Socket socket = listening.accept()) {
                  DataInputStream in = new DataInputStream(socket.getInputStream());
                  OutputStream out = socket.getOutputStream();
                  in.readFully(new byte[in.readInt()]);
                  out.write(frame(1, new Message.Welcome(Codec.VERSION)));
                  in.readFully(new byte[in.readInt()]);
                  out.write(answerToTheSecondRequest);
                  out.flush();
                } catch (IOException e) {
                  // The client hung up, or the test is over.
                }
              }
            });
    thread.setDaemon(true);
    thread.start();
    return listening;
  }

  private static byte[] frame(int id, Message message) {
    ByteBuffer bytes = Codec.encode(id, message);
    byte[] frame = new byte[bytes.remaining()];
    bytes.get(frame);
    return frame;
  }

  @Test
  void aServerThatDiesInMidReplyCostsNothingButTheNextStep() throws IOException {
    nodes = new Nodes(directory, 1);
    byte[] content = nodes.add("f", 50_000);
    ByteBuffer half = ByteBuffer.allocate(20_000);
    half.put(frame(2, new Message.Data(0, 50_000)));
    try (ServerSocket dying = impostor(half.array())) {
      DataSet data =
          withDirectAccess("x=127.0.0.1:" + dying.getLocalPort()).dataSet("oss://bucket/root");
      assertThat(bytes(data.read("f"))).isEqualTo(content);
    }
  }

  @Test
  @Timeout(60)
  void aServerThatSaysNothingIsLeftAfterOnePatience() throws IOException {
    nodes = new Nodes(directory, 1);
    byte[] content = nodes.add("f", 50_000);
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Forebay client = withDirectAccess("x=127.0.0.1:" + silent.getLocalPort());
      DataSet data = client.dataSet("oss://bucket/root");
      for (int i = 0; i < 20; i++) {
        assertThat(bytes(data.read("f"))).isEqualTo(content);
      }
      assertThat(client.stats().reads(Origin.UNDER_STORE)).isEqualTo(20);
    }
  }

  @Test
  @Timeout(60)
  void aServerThatWorksForLongIsNotTakenForASilentOne() throws IOException {
    nodes = new Nodes(directory, 1, new Shape(Duration.ofMillis(1_600), 0, 0));
    Forebay client =
        nodes.remember(
            Forebay.builder().servers(nodes.member(0)).patience(Duration.ofSeconds(3)).open());
    DataSet data = client.dataSet(Nodes.DATA_SET);
    assertThatThrownBy(() -> data.stat("missing")) // no object, and no directory either
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aMalformedFrameClosesItsConnectionAndNoOther() throws Exception {
    nodes = new Nodes(directory, 1);
    byte[] content = nodes.add("f", 1_000);
    DataSet data = nodes.elsewhere().dataSet(Nodes.DATA_SET);
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      byte[] noise = new byte[1 + random.nextInt(200)];
      random.nextBytes(noise);
      noise[0] = (byte) (i % 2 == 0 ? 0 : 127);
      assertThat(hungUp(noise, i % 3 == 0)).isTrue();
    }
    assertThat(bytes(data.read("f"))).isEqualTo(content);
  }

  /** Whether the server closes a connection that these bytes came over. */
  private boolean hungUp(byte[] bytes, boolean greetFirst) throws IOException {
    try (Socket socket = nodes.connect(0)) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      if (greetFirst) {
        out.write(frame(1, new Message.Hello(Codec.VERSION)));
        DataInputStream in = new DataInputStream(socket.getInputStream());
        in.readFully(new byte[in.readInt()]);
      }
      out.write(ByteBuffer.allocate(4).putInt(bytes.length).array());
      out.write(bytes);
      out.flush();
      socket.shutdownOutput();
      return socket.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true; // reset: closed as well
    }
  }

  @Test
  @Timeout(60)
  void connectionsMadeWhileAServerStopsAreClosedWithIt() throws Exception {
    nodes = new Nodes(directory, 1);
    for (int round = 0; round < 5; round++) {
      List<Socket> made = new ArrayList<>();
      CompletableFuture<Void> connecting =
          CompletableFuture.runAsync(() -> connectUntilRefused(made));
      nodes.stop(0);
      connecting.get(10, TimeUnit.SECONDS);
      for (Socket socket : made) {
        assertThat(endsWithin10Seconds(socket)).isTrue();
      }
      nodes.start(0);
    }
  }

  private void connectUntilRefused(List<Socket> made) {
    try {
      while (true) {
        Socket socket = nodes.connect(0);
        made.add(socket);
        socket.getOutputStream().write(frame(1, new Message.Hello(Codec.VERSION)));
      }
    } catch (IOException e) {
      return; // the server is down
    }
  }

  private static boolean endsWithin10Seconds(Socket socket) throws IOException {
    try (socket) {
      socket.setSoTimeout(10_000);
      socket.getInputStream().readAllBytes();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true; // reset: closed as well
    }
  }

  @Test
  void aRequestThatClimbsOutOfItsDataSetIsRefused() throws Exception {
    nodes = new Nodes(directory, 1);
    FileStatus outside = FileStatus.file("../other/secret", 3, 0, "e");
    long before = nodes.oss().traffic().counts().total();
    try (RawClient client = new RawClient()) {
      for (Message request :
          List.of(
              new Message.Get(
                  Nodes.DATA_SET, ReadOrder.FREE, Reach.CLUSTER, List.of(Item.whole(outside))),
              new Message.Stat(Nodes.DATA_SET, "a/../../x"),
              new Message.Prefetch(Nodes.DATA_SET, List.of(outside)))) {
        client.send(2, request);
        assertThat(client.answer())
            .isInstanceOfSatisfying(
                Message.Failed.class, f -> assertThat(f.message()).contains("not allowed"));
      }
    }
    assertThat(nodes.oss().traffic().counts().total()).isEqualTo(before);
  }

  /** Sends requests of its own, as no client of ours would. */
  private final class RawClient implements AutoCloseable {

    private final Socket socket;
    private final DataInputStream in;

    RawClient() throws IOException {
      socket = nodes.connect(0);
      socket.setSoTimeout(60_000);
      in = new DataInputStream(socket.getInputStream());
      send(1, new Message.Hello(Codec.VERSION));
      receive();
    }

    void send(int id, Message request) throws IOException {
      socket.getOutputStream().write(frame(id, request));
    }

    Codec.Frame receive() throws IOException {
      byte[] frame = new byte[in.readInt()];
      in.readFully(frame);
      return Codec.decode(ByteBuffer.wrap(frame), frame.length);
    }

    Message answer() throws IOException {
      return reply().message();
    }

    /** The first one that is no sign of life, of which there is one a second. */
    Codec.Frame reply() throws IOException {
      Codec.Frame frame = receive();
      for (int i = 0; i < 30 && frame.message() instanceof Message.Working; i++) {
        frame = receive();
      }
      return frame;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  @Timeout(60)
  void anErrorInTheServerEndsTheRequest() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.server(0).node().add(new DataSetSpec("bad", URI.create("throwing:/"), Map.of()));
    FileStatus file = FileStatus.file("f", 10, 0, "e");
    FileStatus other = FileStatus.file("g", 10, 0, "e");
    int id = 2;
    try (RawClient client = new RawClient()) {
      for (Message request :
          List.of(
              new Message.Stat("bad", "f"),
              new Message.ListDirectory("bad", ""),
              new Message.Load("bad", List.of(Item.whole(file))),
              new Message.Get("bad", ReadOrder.STRICT, Reach.CLUSTER, List.of(Item.whole(file))),
              new Message.Get(
                  "bad",
                  ReadOrder.FREE,
                  Reach.CLUSTER,
                  List.of(Item.whole(file), Item.whole(other))))) {
        client.send(id++, request);
        Message answer = client.answer();
        while (answer instanceof Message.ItemFailed failed) {
          assertThat(failed.message()).contains(ThrowingStoreProvider.MESSAGE);
          answer = client.answer();
        }
        if (answer instanceof Message.Failed failed) {
          assertThat(failed.message()).contains(ThrowingStoreProvider.MESSAGE);
        } else {
          assertThat(answer).isInstanceOf(Message.Done.class);
        }
      }
    }
  }

  @Test
  @Timeout(60)
  void aFileThatLeavesBeforeItIsSentHoldsUpNoOtherRequestOfItsConnection() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.add("left", 1_000);
    nodes.add("here", 1_000);
    DataSet data = nodes.elsewhere().dataSet(Nodes.DATA_SET);
    data.read("left");
    data.read("here");
    FileStatus left = data.stat("left");
    FileStatus here = data.stat("here");
    ResidentFile resident =
        nodes
            .server(0)
            .node()
            .store()
            .find(FileVersion.of(Nodes.DATA_SET, left).id())
            .orElseThrow();
    Files.delete(resident.path());
    nodes.oss().faults().nextOn("left", 100, Fault.HANG);
    try (RawClient client = new RawClient()) {
      for (int id = 2; id <= 3; id++) {
        client.send(
            id,
            new Message.Get(
                Nodes.DATA_SET,
                ReadOrder.STRICT,
                Reach.CLUSTER,
                List.of(Item.whole(id == 2 ? left : here))));
      }
      assertThat(client.reply().requestId()).isEqualTo(3);
    }
  }

  @Test
  void aReadThatWaitsForASlowUnderStoreDoesNotMakeTheServerSilent() throws Exception {
    nodes = new Nodes(directory, 1);
    byte[] content = nodes.add("slow", 1_000_000);
    DataSet data = nodes.elsewhere().dataSet(Nodes.DATA_SET); // which has no keys of its own
    FileStatus slow = data.stat("slow");
    nodes.oss().faults().nextOn("slow", 100, Fault.HANG);
    CompletableFuture<byte[]> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                ByteBuffer target = ByteBuffer.allocate(content.length);
                data.read(slow, 0, target);
                return target.array();
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    Duration longerThanPatience = Duration.ofSeconds(7);
    await().pollDelay(longerThanPatience).atMost(Duration.ofMinutes(1)).until(() -> true);
    assertThat(read).isNotDone();
    nodes.oss().faults().clear();
    assertThat(read.get(1, TimeUnit.MINUTES)).isEqualTo(content);
  }

  @Test
  void aReaderThatStopsReadingDoesNotDisturbTheOthers() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.add("huge", 64 << 20);
    byte[] small = nodes.add("small", 1_000);
    DataSet data = nodes.elsewhere().dataSet(Nodes.DATA_SET);
    FileStatus huge = data.stat("huge");
    try (Socket stalled = nodes.connect(0)) {
      OutputStream out = stalled.getOutputStream();
      out.write(frame(1, new Message.Hello(Codec.VERSION)));
      out.write(
          frame(
              2,
              new Message.Get(
                  Nodes.DATA_SET, ReadOrder.STRICT, Reach.CLUSTER, List.of(Item.whole(huge)))));
      out.flush();
      CompletableFuture<byte[]> other =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return bytes(data.read("small"));
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      assertThat(other.get(10, TimeUnit.SECONDS)).isEqualTo(small);
    }
  }
}
