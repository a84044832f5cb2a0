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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The way out of one connection. Bounds what is queued for a client that reads slowly: a thread
 * that has more to send waits, and a client that takes nothing for a minute is given up.
 * Thread-safe.
 */
final class SendQueue {

  /** So many bytes are worth a system call of their own. */
  private static final int FLUSH_BYTES = 256 << 10;

  private static final int ENCRYPTED_BYTES = 256 << 10;

  private static final long PATIENCE_SECONDS = 60;

  private final Channel channel;
  private final boolean encrypted;
  private final SendMemory memory;
  private final Semaphore room;

  SendQueue(Channel channel, SendMemory memory) {
    this.channel = channel;
    this.encrypted = channel.pipeline().get(SslHandler.class) != null;
    this.memory = memory;
    this.room = new Semaphore(memory.ofOne());
  }

  /** Whether the client runs on this node. */
  boolean isLocal() {
    return channel instanceof DomainSocketChannel;
  }

  ByteBuf allocate(int bytes) {
    return channel.alloc().directBuffer(bytes);
  }

  /** Sends a message that carries no file bytes. Never waits: such messages are small. */
  void send(int requestId, Message message) {
    channel.writeAndFlush(
        Unpooled.wrappedBuffer(Codec.encode(requestId, message)), channel.voidPromise());
  }

  /** Sends encoded frames. May wait, so never on an event loop unless there is room. */
  void send(ByteBuf frames) throws IOException {
    int permits = acquire(frames.readableBytes());
    if (permits < 0) {
      frames.release();
      throw gone();
    }
    channel.writeAndFlush(frames).addListener(sent -> release(permits));
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
    int permits = acquire(length);
    if (permits < 0) {
      header.release();
      file.close();
      throw gone();
    }
    Runnable write =
        () -> {
          channel.write(header, channel.voidPromise());
          (encrypted
                  ? writeRead(file, position, length)
                  : channel.write(new TierRegion(file, position, length)))
              .addListener(
                  sent -> {
                    release(permits);
                    if (!sent.isSuccess() && !(sent.cause() instanceof ClosedChannelException)) {
                      failed.run();
                    }
                  });
          if (length >= FLUSH_BYTES) {
            channel.flush();
          }
        };
    // As one step of the event loop, so that no other frame comes between header and bytes.
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
    return room.availablePermits() >= permits(bytes);
  }

  private int acquire(int bytes) throws IOException {
    int permits = permits(bytes);
    if (!channel.isActive()) {
      return -1;
    }
    if (tryAcquire(permits)) {
      return permits;
    }
    if (channel.eventLoop().inEventLoop()) {
      // The loop that makes room must not wait for it. One answer beyond the bound does no harm.
      return 0;
    }
    channel.flush();
    try {
      if (!room.tryAcquire(permits, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        channel.close();
        return -1;
      }
      if (!memory.take(permits, PATIENCE_SECONDS)) {
        room.release(permits);
        channel.close();
        return -1;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a slow client");
    }
    return permits;
  }

  private boolean tryAcquire(int permits) {
    if (!room.tryAcquire(permits)) {
      return false;
    }
    if (!memory.take(permits)) {
      room.release(permits);
      return false;
    }
    return true;
  }

  private void release(int permits) {
    room.release(permits);
    memory.release(permits);
  }

  private int permits(int bytes) {
    return Math.min(memory.ofOne(), 1 + bytes / SendMemory.PERMIT_BYTES);
  }

  private IOException gone() {
    return new IOException("client " + channel.remoteAddress() + " has closed the connection");
  }
}
