package io.forebay.read;

import io.forebay.Origin;
import io.forebay.read.Servers.Candidate;
import io.forebay.wire.Access;
import io.forebay.wire.Address;
import io.forebay.wire.Codec;
import io.forebay.wire.Message;
import io.forebay.wire.ServerClient;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that greets and answers reads as a test says, and what it was asked. */
final class ScriptedServer implements AutoCloseable {

  /** What it sends for a read. */
  interface Answer {
    byte[] to(int requestId) throws IOException, InterruptedException;
  }

  private final List<Message.Get> asked = new CopyOnWriteArrayList<>();
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Candidate candidate;

  /**
   * @param patience of its client
   */
  ScriptedServer(Duration patience, Answer answer) throws IOException {
    daemon(
        () -> {
          while (true) {
            Socket socket = listener.accept();
            daemon(() -> serve(socket, answer));
          }
        });
    candidate =
        new Candidate(
            new ServerClient(Address.parse(address()), Access.OPEN, patience),
            Origin.OTHER_SERVER,
            true);
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

  /** Some messages and, behind a header of data, a number. */
  static byte[] frames(int id, long content, Message... messages) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Message each : messages) {
      all.writeBytes(frame(id, each));
      if (each instanceof Message.Data) {
        all.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(content).array());
      }
    }
    return all.toByteArray();
  }

  /** A number as the content of a file of eight bytes. */
  static byte[] data(int id, long content) {
    return frames(id, content, new Message.Data(0, Long.BYTES), new Message.Done(0));
  }

  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** For a client of its own. */
  Candidate candidate() {
    return candidate;
  }

  List<Message.Get> asked() {
    return asked;
  }

  /** Takes no more connections. */
  void refuse() throws IOException {
    listener.close();
  }

  @Override
  public void close() throws IOException {
    candidate.server().close();
    listener.close();
  }
}
