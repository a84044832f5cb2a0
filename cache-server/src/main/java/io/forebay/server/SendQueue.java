package io.forebay.server;

import io.forebay.store.TierChannel;
import io.forebay.wire.Codec;
import io.forebay.wire.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.concurrent.RejectedExecutionException;

/**
 * The way out of one connection. Bounds what is queued for a client that reads slowly: a thread
 * that has more to send waits, and a client that takes nothing for a minute is given up.
 * Thread-safe.
 */
final class SendQueue {

  /** So many bytes are worth a system call of their own. */
  private static final int FLUSH_BYTES = 256 << 10;

  private static final int ENCRYPTED_BYTES = 256 << 10;

  private final Channel channel;
  private final boolean encrypted;
  private final SendMemory.Share memory;
  private final Inflow inflow;

  SendQueue(Channel channel, SendMemory memory, Inflow inflow) {
    this.channel = channel;
    this.encrypted = channel.pipeline().get(SslHandler.class) != null;
    this.memory = memory.share();
    this.inflow = inflow;
  }

  /** Whether the client runs on this node. */
  boolean isLocal() {
    return channel instanceof DomainSocketChannel;
  }

  ByteBuf allocate(int bytes) {
    return channel.alloc().directBuffer(bytes);
  }

  /** Sends a small message. Never waits: no request is read while too many of them are queued. */
  void send(int requestId, Message message) {
    ByteBuf frame = Unpooled.wrappedBuffer(Codec.encode(requestId, message));
    int size = frame.readableBytes();
    try {
      onEventLoop(
          () -> {
            inflow.sending(size);
            channel.writeAndFlush(frame).addListener(sent -> inflow.sent(size));
          });
    } catch (RejectedExecutionException e) {
      frame.release(); // the server has stopped, and with it the connection
    }
  }

  /** Sends encoded frames for which memory was taken before. */
  void send(ByteBuf frames, long taken) {
    memory.sent(taken);
    channel.writeAndFlush(frames).addListener(sent -> memory.received(taken));
  }

  /**
   * Queues the header of a data frame and then bytes of a file: without copying, unless they are to
   * be encrypted. Few bytes leave with what is sent next.
   *
   * @param file closed when they are sent
   * @param failed runs when they could not be sent, which may be the file's fault or the client's
   */
  void send(ByteBuf header, TierChannel file, long position, int length, Runnable failed)
      throws IOException {
    long taken;
    try {
      taken = take(length);
    } catch (IOException e) {
      header.release();
      file.close();
      throw e;
    }
    memory.sent(taken);
    Runnable write =
        () -> {
          channel.write(header, channel.voidPromise());
          (encrypted
                  ? writeRead(file, position, length)
                  : channel.write(new TierRegion(file, position, length)))
              .addListener(
                  sent -> {
                    memory.received(taken);
                    if (!sent.isSuccess() && !(sent.cause() instanceof ClosedChannelException)) {
                      failed.run();
                    }
                  });
          if (length >= FLUSH_BYTES) {
            channel.flush();
          }
        };
    // As one step of the event loop, so that no other frame comes between header and bytes.
    onEventLoop(write);
  }

  private void onEventLoop(Runnable write) {
    if (channel.eventLoop().inEventLoop()) {
      write.run();
    } else {
      channel.eventLoop().execute(write);
    }
  }

  /**
   * Reads piece by piece, so that a piece is encrypted while the processor has it in its cache. The
   * last one's future is that of all, for they leave in order.
   */
  private ChannelFuture writeRead(TierChannel file, long position, int length) {
    try (file) {
      ChannelFuture last = channel.newSucceededFuture();
      for (int done = 0; done < length; ) {
        ByteBuf piece = allocate(Math.min(ENCRYPTED_BYTES, length - done));
        try {
          read(file.channel(), position + done, piece);
        } catch (IOException e) {
          piece.release();
          throw e;
        }
        done += piece.readableBytes();
        last = channel.writeAndFlush(piece);
      }
      return last;
    } catch (IOException e) {
      channel.close(); // the bytes are announced, as they are where sendfile fails
      return channel.newFailedFuture(e);
    }
  }

  private static void read(FileChannel file, long position, ByteBuf target) throws IOException {
    while (target.isWritable()) {
      int read = target.writeBytes(file, position + target.writerIndex(), target.writableBytes());
      if (read < 0) {
        throw new EOFException("the file ends at " + (position + target.writerIndex()));
      }
    }
  }

  /** Whether so many bytes could be sent without waiting. */
  boolean hasRoom(int bytes) {
    return memory.hasRoom(bytes);
  }

  /**
   * Takes memory for bytes that are to be sent. May wait, so never on an event loop unless there is
   * room.
   *
   * @param beforeWaiting runs if there is none yet
   * @return for {@link #send(ByteBuf, long)}, or else {@link #release}
   */
  long take(int bytes, Runnable beforeWaiting) throws IOException {
    if (!channel.isActive()) {
      throw gone();
    }
    long taken = memory.tryTake(bytes);
    if (taken >= 0) {
      return taken;
    }
    if (channel.eventLoop().inEventLoop()) {
      // The loop that makes room must not wait for it. One answer beyond the bound does no harm.
      return 0;
    }
    beforeWaiting.run();
    channel.flush();
    try {
      taken = memory.take(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a slow client");
    }
    if (taken < 0) {
      channel.close();
      throw gone();
    }
    return taken;
  }

  /** As above, for those that hold nothing. */
  long take(int bytes) throws IOException {
    return take(bytes, () -> {});
  }

  /** Gives memory back that was taken for what is not sent. */
  void release(long taken) {
    memory.release(taken);
  }

  /** The connection is closed. */
  void close() {
    memory.close();
  }

  private IOException gone() {
    return new IOException("client " + channel.remoteAddress() + " has closed the connection");
  }
}
