package io.forebay.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The yardstick for remote reads, the least that can be done: a thread per connection reads the
 * number of a file and sends it with a bare {@code transferTo} from an already open channel.
 */
final class TransferLoop implements AutoCloseable {

  private final ServerSocketChannel listening;
  private final List<FileChannel> files = new ArrayList<>();

  TransferLoop(List<Path> paths) throws IOException {
    for (Path path : paths) {
      files.add(FileChannel.open(path, StandardOpenOption.READ));
    }
    listening =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofPlatform().daemon().name("transfer-loop").start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = listening.accept();
        Thread.ofPlatform().daemon().name("transfer").start(() -> serve(connection));
      }
    } catch (IOException e) {
      // Closed: the benchmark is over.
    }
  }

  private void serve(SocketChannel connection) {
    try (connection) {
      connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
      ByteBuffer request = ByteBuffer.allocateDirect(Integer.BYTES);
      while (true) {
        request.clear();
        while (request.hasRemaining()) {
          if (connection.read(request) < 0) {
            return;
          }
        }
        FileChannel file = files.get(request.getInt(0));
        long size = file.size();
        for (long sent = 0; sent < size; ) {
          sent += file.transferTo(sent, size - sent, connection);
        }
      }
    } catch (IOException e) {
      // The client went away.
    }
  }

  /** A client's end: one connection, used by one thread. */
  final class Client implements AutoCloseable {

    private final SocketChannel connection = SocketChannel.open(listening.getLocalAddress());
    private final ByteBuffer request = ByteBuffer.allocateDirect(Integer.BYTES);

    Client() throws IOException {
      connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /** Reads a file; the buffer's remaining bytes are its size. */
    void read(int file, ByteBuffer target) throws IOException {
      request.clear().putInt(file).flip();
      connection.write(request);
      while (target.hasRemaining()) {
        connection.read(target);
      }
    }

    @Override
    public void close() throws IOException {
      connection.close();
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (FileChannel file : files) {
      file.close();
    }
  }
}
