package io.forebay.read;

import io.forebay.file.FileVersion;
import java.io.IOException;

/**
 * A range of a file that is to be made resident.
 *
 * @param offset of the first byte; {@code offset + length <= size}
 */
public record LoadRange(FileVersion file, long offset, long length) {

  /** Hears of ranges that are not resident everywhere. */
  @FunctionalInterface
  public interface Failures {

    /**
     * @param index into the list of ranges; may come more than once, from several servers
     */
    void failed(int index, IOException reason);
  }
}
