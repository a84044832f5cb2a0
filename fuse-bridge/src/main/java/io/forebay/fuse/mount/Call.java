package io.forebay.fuse.mount;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/**
 * A child's end of its {@link Keeper}'s pipe: the keeper calls the child when it is to serve. If
 * the keeper ends before, the child ends at once, however far it is: on a busy machine its start
 * takes long, and all that time it would hold the device of a mount that nobody serves.
 * Thread-safe.
 */
public final class Call {

  private final CountDownLatch called = new CountDownLatch(1);

  private Call() {}

  /** What the keeper handed over at the start; to be read before anything else. */
  public static String input() {
    try {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int next = System.in.read(); next != '\n'; next = System.in.read()) {
        if (next < 0) {
          Runtime.getRuntime().halt(0); // as below
        }
        line.write(next);
      }
      return line.toString(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Listens from now on. */
  public static Call listen() {
    Call call = new Call();
    Thread.ofPlatform().daemon().name("forebay-call").start(call::hear);
    return call;
  }

  private void hear() {
    if (!isCalled()) {
      Runtime.getRuntime().halt(0); // it has nothing that would have to be put away
    }
    called.countDown();
  }

  private static boolean isCalled() {
    try {
      return System.in.read() >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Waits until this process is to serve. */
  public void await() throws InterruptedException {
    called.await();
  }
}
