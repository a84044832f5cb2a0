package io.forebay.understore.layer;

import io.forebay.FileStatus;
import java.io.IOException;
import java.io.InputStream;

/** Where the bytes of a data set's files come from. Thread-safe. */
@FunctionalInterface
public interface Source {

  /**
   * Opens a range of a version of a file.
   *
   * @param offset of the first byte; {@code offset + length <= size}
   */
  InputStream open(FileStatus file, long offset, long length) throws IOException;

  /** Opens a range and has it received, before this returns, or by another thread later. */
  default void ask(FileStatus file, long offset, long length, Receiver receiver) {
    InputStream in;
    try {
      in = open(file, offset, length);
    } catch (IOException e) {
      receiver.failed(e);
      return;
    } catch (RuntimeException | Error e) {
      receiver.failed(new IOException(file.path() + ": fetching failed", e));
      throw e;
    }
    receiver.receive(in);
  }
}
