package io.forebay.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Hands on the bytes of connections some time later, both ways: this machine's kernel has no netem.
 * It ends with its input.
 */
final class Relay {

  private Relay() {}

  private record Bytes(byte[] bytes, long dueNanos) {}

  /** Address, port to listen at, port to connect to, delay in milliseconds. */
  public static void main(String[] arguments) throws IOException {
    InetAddress address = InetAddress.getByName(arguments[0]);
    int target = Integer.parseInt(arguments[2]);
    long delayNanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[3]));
    ServerSocket listening = new ServerSocket(Integer.parseInt(arguments[1]), 128, address);
    Thread.ofPlatform().daemon().start(() -> serve(listening, address, target, delayNanos));
    Conversation.answer(line -> line);
    System.exit(0);
  }

  private static void serve(
      ServerSocket listening, InetAddress address, int target, long delayNanos) {
    try {
      while (true) {
        Socket client = listening.accept();
        try {
          Socket server = new Socket(address, target);
          client.setTcpNoDelay(true);
          server.setTcpNoDelay(true);
          hand(client, server, delayNanos);
          hand(server, client, delayNanos);
        } catch (IOException e) {
          client.close(); // nobody listens at the target
        }
      }
    } catch (IOException e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void hand(Socket from, Socket to, long delayNanos) {
    BlockingQueue<Bytes> queue = new LinkedBlockingQueue<>();
    Thread.ofVirtual().start(() -> take(from, queue, delayNanos));
    Thread.ofVirtual().start(() -> give(queue, to));
  }

  /** No bytes are the end. */
  private static void take(Socket from, BlockingQueue<Bytes> queue, long delayNanos) {
    byte[] buffer = new byte[64 << 10];
    int n;
    do {
      try {
        InputStream in = from.getInputStream();
        n = Math.max(0, in.read(buffer));
      } catch (IOException e) {
        n = 0;
      }
      queue.add(new Bytes(Arrays.copyOf(buffer, n), System.nanoTime() + delayNanos));
    } while (n > 0);
  }

  private static void give(BlockingQueue<Bytes> queue, Socket to) {
    try (to) {
      OutputStream out = to.getOutputStream();
      for (Bytes next = queue.take(); next.bytes.length > 0; next = queue.take()) {
        for (long left = next.dueNanos - System.nanoTime();
            left > 0;
            left = next.dueNanos - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        out.write(next.bytes);
      }
    } catch (IOException | InterruptedException e) {
      // The other end is gone; closing this one tells its reader.
    }
  }
}
