package io.forebay.store.retention;

import io.forebay.plan.Plans;
import io.forebay.spec.Retain;
import java.util.function.LongConsumer;

/**
 * Who stays and who goes among the files of one data set. It is told of every read and of what came
 * and went, and is asked for victims; it never touches files itself. Files are named by a key, 64
 * well-mixed bits. Thread-safe.
 */
public interface Retention {

  /**
   * Starts one for a data set.
   *
   * @param retain what an operator declared
   * @param capacityBytes what the cache can hold in all
   * @param plans what jobs announce, which comes before all else
   */
  static Retention of(Retain retain, long capacityBytes, Plans plans) {
    return new PlannedRetention(
        switch (retain) {
          case AUTO -> new AdaptiveRetention(capacityBytes);
          case KEEP -> new KeepRetention();
          case FREQUENCY -> new FrequencyRetention(capacityBytes);
        },
        plans);
  }

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
  boolean evictsOwnFiles();

  /** What a newcomer may ask for. */
  enum Claim {
    /** It passes by, even where there is room that others may want. */
    NONE,
    /** Room that is free. */
    FREE_ROOM,
    /** Room that files of its own data set give up for it. */
    ROOM
  }

  /**
   * What a file may ask for that is not resident.
   *
   * @param beingRead whether it is fetched for a reader, and not ahead of one
   */
  default Claim claim(long key, boolean beingRead) {
    return Claim.FREE_ROOM;
  }

  /** The files of the data set that can be given up. */
  @FunctionalInterface
  interface Held {

    void forEach(Visitor visitor);

    /** Takes a file's key, and the bytes that it takes. */
    @FunctionalInterface
    interface Visitor {
      void file(long key, long bytes);
    }
  }

  /**
   * Names files to give up. What it leaves open goes by the last use.
   *
   * @param bytes how much is to become free
   * @param heldBytes what the data set holds now
   * @param held to look at, which takes long where there are many
   * @param victims takes keys; some may not be resident any more
   */
  void chooseVictims(long bytes, long heldBytes, Held held, LongConsumer victims);

  /** For status and logs: {@code keep}, {@code frequency} or {@code plan}. */
  String name();
}
