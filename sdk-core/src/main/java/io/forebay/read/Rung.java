package io.forebay.read;

import io.forebay.Totals;
import io.forebay.file.FileVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** One step of the locality ladder. Thread-safe. */
interface Rung {

  /**
   * Fills the target with a range of a file.
   *
   * @return where the bytes came from; empty when this step does not have them. The target's
   *     content and position then mean nothing, as after an exception
   */
  Optional<Served> read(FileVersion file, long offset, ByteBuffer target) throws IOException;

  /** Tells that these files are about to be read. */
  default void prefetch(List<FileVersion> files) throws IOException {}

  /**
   * Tells that files will be read on this node again and again.
   *
   * @param all how much all files of the data set are, if it is known
   */
  default void bringNear(List<FileVersion> files, Optional<Totals> all) throws IOException {}

  /**
   * Tells what a job will read.
   *
   * @return whether somebody had not heard of the job
   */
  default boolean announce(Announcement announcement) {
    return false;
  }

  /**
   * Makes ranges resident where they belong.
   *
   * @param replicas on how many servers
   * @return whether this step keeps anything
   */
  default boolean load(List<LoadRange> ranges, int replicas, LoadRange.Failures failures) {
    return false;
  }
}
