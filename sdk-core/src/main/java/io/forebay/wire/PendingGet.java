package io.forebay.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A read that was sent and not yet answered. Used by one thread; others may only ask how long the
 * server is silent, and give the read up.
 */
public final class PendingGet {

  /** Where the bytes of the items go. */
  public interface Sink {

    /**
     * The buffer that an item's bytes are put into; asked for before each piece, and must be the
     * same one for each piece of an item.
     */
    ByteBuffer target(int item);

    /** All bytes of an item are in its buffer. */
    default void complete(int item) throws IOException {}

    /** The server could not read an item; what its buffer holds means nothing. */
    void failed(int item, IOException reason) throws IOException;
  }

  /** Whoever took an item failed; neither server nor connection had a part in it. */
  public static final class SinkException extends IOException {

    private static final long serialVersionUID = 1;

    SinkException(IOException cause) {
      super(cause);
    }

    /** What the sink threw. */
    @Override
    public synchronized IOException getCause() {
      return (IOException) super.getCause();
    }
  }

  private final ServerClient server;
  private final Connection connection;
  private final int requestId;
  private final String dataSet;
  private final List<Item> items;

  // Guarded by this.
  private boolean over;
  private boolean abandoned;

  PendingGet(
      ServerClient server, Connection connection, int requestId, String dataSet, List<Item> items) {
    this.server = server;
    this.connection = connection;
    this.requestId = requestId;
    this.dataSet = dataSet;
    this.items = items;
  }

  /**
   * Takes the whole answer.
   *
   * @throws SinkException when the sink could not take an item
   * @throws AbandonedReadException when another thread gave the read up
   * @throws IOException when the connection broke: items not yet completed are lost with it. Also
   *     what {@link Sink#failed} throws
   */
  public void drain(Sink sink) throws IOException {
    long[] left = new long[items.size()];
    long longest = 0;
    for (int i = 0; i < left.length; i++) {
      left[i] = items.get(i).length();
      longest = Math.max(longest, left[i]);
    }
    IOException refused = null;
    try {
      while (true) {
        Message message = connection.receive(requestId, longest);
        if (message instanceof Message.Data data) {
          int item = server.asked(data.item(), items);
          if (data.length() > left[item]) {
            throw new MalformedFrameException(
                server.address()
                    + " sent more bytes than requested of "
                    + items.get(item).status().path());
          }
          connection.readInto(sink.target(item), data.length());
          left[item] -= data.length();
          if (left[item] == 0) {
            left[item] = -1; // an empty item completes once
            complete(sink, item);
          }
        } else if (message instanceof Message.ItemFailed failure) {
          int item = server.asked(failure.item(), items);
          left[item] = -1;
          String noun = dataSet + "/" + items.get(item).status().path();
          try {
            sink.failed(item, failure.code().toException(noun, failure.message()));
          } catch (IOException e) {
            // The rest of the answer is still to be read before the connection can be used again.
            refused = e;
          }
        } else {
          server.hear(ServerClient.expect(message, dataSet, Message.Done.class));
          break;
        }
      }
      for (int i = 0; i < left.length; i++) {
        if (left[i] >= 0) {
          throw new MalformedFrameException(
              server.address()
                  + " did not send "
                  + left[i]
                  + " bytes of "
                  + items.get(i).status().path());
        }
      }
    } catch (IOException e) {
      if (!end()) {
        throw new AbandonedReadException(server.address(), e);
      }
      server.readEnded(connection, e);
      throw e;
    } catch (RuntimeException e) {
      abandon();
      throw e;
    }
    if (!end()) {
      throw new AbandonedReadException(server.address(), null);
    }
    server.returnConnection(connection);
    if (refused != null) {
      throw refused;
    }
  }

  private static void complete(Sink sink, int item) throws SinkException {
    try {
      sink.complete(item);
    } catch (IOException e) {
      throw new SinkException(e);
    }
  }

  /** From here on the connection may be another read's; false when it was given up before. */
  private synchronized boolean end() {
    over |= !abandoned;
    return over;
  }

  /** Since the last byte of the server, or since the request. */
  public long silentNanos() {
    return connection.silentNanos();
  }

  /** Gives the answer up, if it is not complete; {@link #drain} then ends with an exception. */
  public synchronized void abandon() {
    if (!over && !abandoned) {
      abandoned = true;
      server.giveUp(connection);
    }
  }

  /** The same, because the server is silent while others are not. */
  public void giveUpSilent() {
    abandon();
    server.overtaken();
  }
}
