package io.forebay.dataset.prefetch;

/** Hears how far the reader of a {@link ReadPlan} has come. Thread-safe. */
public interface ProgressListener extends AutoCloseable {

  /** One who does nothing with it. */
  ProgressListener NONE =
      new ProgressListener() {
        @Override
        public void reached(long position) {}

        @Override
        public void close() {}
      };

  /**
   * The reader has come to a read: all before it are done, or nearly so. Calls may come in any
   * order; the furthest counts. Returns at once.
   */
  void reached(long position);

  /** The reader reads nothing more. */
  @Override
  void close();
}
