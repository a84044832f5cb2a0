package io.forebay.store.retention;

import java.util.function.LongConsumer;

/**
 * Who stays and who goes among the files of one data set. It is told of every read and of what came
 * and went, and is asked for victims; it never touches files itself. Files are named by a key, 64
 * well-mixed bits. A plan of coming reads is another implementation of this. Thread-safe.
 */
public interface Retention {

  /**
   * A file was read, wherever its bytes came from.
   *
   * @param residentBytes what it takes in the cache; 0 if nothing
   */
  void onRead(long key, long residentBytes);

  /**
   * A file is resident, or more of it is.
   *
   * @param bytes that it takes now
   */
  void onResident(long key, long bytes);

  /** A file left, for whatever reason. */
  void onGone(long key);

  /**
   * Whether newcomers of this data set may push out files of this same data set. If not, they pass
   * by once the cache is full.
   */
  boolean turnsOver();

  /**
   * Names files to give up. What it leaves open goes by the last use.
   *
   * @param bytes how much is to become free
   * @param heldBytes what the data set holds now
   * @param victims takes keys; some may not be resident any more
   */
  void chooseVictims(long bytes, long heldBytes, LongConsumer victims);

  /** For status and logs: {@code keep} or {@code frequency}. */
  String name();
}
