package io.forebay.wire;

import io.forebay.tls.Tls;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tlschannel.ClientTlsChannel;
import tlschannel.DirectBufferAllocator;
import tlschannel.NeedsReadException;
import tlschannel.TlsChannel;

/**
 * A client's end of a connection. Blocking, and used by one thread at a time: the thread that wants
 * the bytes reads them from the socket into their place itself, which saves the two thread switches
 * and the copy that an event loop in between would cost.
 */
final class Connection implements Closeable {

  /** Small frames are read together; the bytes of large ones go past this buffer. */
  private static final int BUFFER = 128 << 10;

  /** From here on a system call more is cheaper than a copy more. */
  private static final int DIRECT_BYTES = 16 << 10;

  private static final long TRUST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Address address;
  private final SocketChannel socket;

  /** The socket, or TLS over it. */
  private final ByteChannel channel;

  private final Optional<String> token;
  private final Watchdog.Guard guard;
  private final ByteBuffer input = ByteBuffer.allocateDirect(BUFFER).limit(0);
  private long endedNanos;
  private int lastRequestId;
  private int appetite = BUFFER;

  private Connection(
      Address address,
      SocketChannel socket,
      Optional<Tls> tls,
      Optional<String> token,
      Duration patience) {
    this.address = address;
    this.socket = socket;
    this.channel =
        tls.isPresent() && address instanceof Address.Tcp tcp
            ? secured(socket, tls.get(), tcp)
            : socket;
    this.token = token;
    this.guard = Watchdog.watch(socket, patience.toNanos());
  }

  private static TlsChannel secured(SocketChannel socket, Tls tls, Address.Tcp server) {
    return ClientTlsChannel.newBuilder(socket, tls.client(server.host(), server.port()))
        .withEncryptedBufferAllocator(new DirectBufferAllocator())
        .withReleaseBuffers(false)
        .build();
  }

  /**
   * Connects, greets, and shows the token if there is one.
   *
   * @param tls for an address of another node
   * @param greeting the longest time to wait for the connection, and then for the greeting
   * @param patience the longest time to wait for any byte later
   */
  static Connection open(
      Address address,
      Optional<Tls> tls,
      Optional<String> token,
      Duration greeting,
      Duration patience)
      throws IOException {
    Connection connection =
        new Connection(address, address.connect(greeting), tls, token, greeting);
    try {
      connection.greet();
      if (token.isPresent()) {
        int id = connection.send(new Message.Login(token.get()));
        ServerClient.expect(connection.receive(id, 0), address.toString(), Message.Done.class);
        connection.end();
      }
      connection.guard.patience(patience.toNanos());
      return connection;
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  private void greet() throws IOException {
    try {
      int id = send(new Message.Hello(Codec.VERSION));
      Message answer = receive(id, 0);
      end();
      requireWelcome(address, answer);
    } catch (ConnectionLostException e) {
      if (address instanceof Address.Tcp) {
        throw new ConnectionLostException(e.getMessage() + hint(), e);
      }
      throw e;
    }
  }

  /** Of the two ends of a connection that fails at its start, one may not use TLS. */
  private String hint() {
    return !(channel instanceof TlsChannel)
        ? " (this client does not use TLS; if the server does, name its authorities with"
            + " FOREBAY_TLS_TRUST)"
        : " (this client uses TLS; check that the server does, that its certificate is for this"
            + " host and from an authority that FOREBAY_TLS_TRUST names, and whether it wants a"
            + " certificate of this client)";
  }

  /** Whether this is what the server was shown. */
  boolean hasShown(Optional<String> present) {
    return token.equals(present);
  }

  private static void requireWelcome(Address address, Message answer)
      throws MalformedFrameException {
    if (answer instanceof Message.Failed failed) {
      throw new MalformedFrameException(address + " refused this client: " + failed.message());
    }
    if (!(answer instanceof Message.Welcome welcome)) {
      throw new MalformedFrameException(address + " is not a Forebay server");
    }
    if (welcome.version() != Codec.VERSION) {
      throw new MalformedFrameException(
          address + ": " + Codec.otherVersions(Codec.VERSION, welcome.version()));
    }
  }

  /** Sends a request and returns its id; watching for silence starts. */
  int send(Message request) throws IOException {
    int id = ++lastRequestId;
    guard.begin();
    ByteBuffer bytes = Codec.encode(id, request);
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw explained(e);
    }
    return id;
  }

  /**
   * The next message that belongs to a request; signs of life are passed over. After {@link
   * Message.Data} its bytes follow.
   *
   * @param bytesToCome an estimate of the file bytes that follow: large ones are left in the
   *     socket, so that they are copied once, to where they belong
   */
  Message receive(int requestId, long bytesToCome) throws IOException {
    Message message = next(requestId, bytesToCome);
    while (message instanceof Message.Working) {
      message = next(requestId, bytesToCome);
    }
    return message;
  }

  private Message next(int requestId, long bytesToCome) throws IOException {
    appetite = bytesToCome < DIRECT_BYTES ? BUFFER : Codec.DATA_HEADER_BYTES;
    require(Integer.BYTES);
    int length = input.getInt();
    if (length < Codec.HEADER_BYTES - Integer.BYTES || length > Codec.MAX_REPLY_BYTES) {
      throw new MalformedFrameException(address + " sent a frame of " + length + " bytes");
    }
    int first = Math.min(length, Codec.DATA_HEADER_BYTES - Integer.BYTES);
    require(first);
    Codec.Frame frame;
    if (Codec.isData(input)) {
      ByteBuffer header = input.slice(input.position(), first);
      frame = Codec.decode(header, length);
      input.position(input.position() + first);
    } else {
      frame = Codec.decode(body(length), length);
    }
    if (frame.requestId() != requestId) {
      throw new MalformedFrameException(
          address + " answered request " + frame.requestId() + " instead of " + requestId);
    }
    return frame.message();
  }

  /** The whole of a frame that may be larger than the buffer. */
  private ByteBuffer body(int length) throws IOException {
    ByteBuffer body = ByteBuffer.allocate(length);
    readInto(body, length);
    return body.flip();
  }

  /** Reads file bytes into the target, straight from the socket where they are not here yet. */
  void readInto(ByteBuffer target, int length) throws IOException {
    int buffered = Math.min(length, input.remaining());
    if (buffered > 0) {
      target.put(input.slice(input.position(), buffered));
      input.position(input.position() + buffered);
    }
    int left = length - buffered;
    int limit = target.limit();
    target.limit(target.position() + left);
    try {
      while (target.hasRemaining()) {
        read(target);
      }
    } finally {
      target.limit(limit);
    }
  }

  private void require(int bytes) throws IOException {
    if (input.remaining() < bytes) {
      input.compact();
      input.limit(Math.max(bytes, Math.min(BUFFER, appetite)));
      try {
        while (input.position() < bytes) {
          read(input);
        }
      } finally {
        input.flip();
      }
    }
  }

  private void read(ByteBuffer target) throws IOException {
    try {
      if (channel.read(target) < 0) {
        throw new EOFException("closed the connection during an answer");
      }
    } catch (IOException e) {
      throw explained(e);
    }
    guard.reset();
  }

  private IOException explained(IOException e) {
    if (guard.expired()) {
      return new SocketTimeoutException(address + " did not answer in time");
    }
    if (e instanceof ClosedByInterruptException) {
      return e;
    }
    return new ConnectionLostException(address + ": " + e.getMessage(), e);
  }

  /** Since the last byte, or since the last request if there was none. */
  long silentNanos() {
    return guard.silentNanos();
  }

  /** The answer is complete: nothing is expected any more. */
  void end() {
    guard.end();
    endedNanos = System.nanoTime();
  }

  /** Since the last answer was complete. */
  long unusedNanos() {
    return System.nanoTime() - endedNanos;
  }

  /**
   * Whether the server has not closed its end meanwhile, as it does when it is restarted. Looked at
   * only after a pause, for it takes three system calls.
   */
  boolean isOpen() {
    if (System.nanoTime() - endedNanos < TRUST_NANOS) {
      return true;
    }
    try {
      socket.configureBlocking(false);
      boolean open = isSilent();
      socket.configureBlocking(true);
      return open;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean isSilent() throws IOException {
    try {
      return channel.read(input.clear()) == 0;
    } catch (NeedsReadException e) {
      return true; // as TLS says that nothing is there
    } finally {
      input.limit(0);
    }
  }

  @Override
  public void close() {
    guard.dismiss();
    try {
      socket.close(); // without a farewell of TLS, for which a silent server could let this wait
    } catch (IOException e) {
      // Nothing can be lost: requests are read-only and the answer is given up.
    }
  }
}
