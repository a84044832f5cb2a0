package io.forebay.wire;

import io.forebay.FileStatus;
import io.forebay.ReadOrder;
import io.forebay.Totals;
import io.forebay.file.FileId;
import io.forebay.plan.PlanUpdate;
import io.forebay.spec.Replicas;
import io.forebay.spec.SnapshotTolerance;
import io.forebay.understore.AnnouncedMount;
import java.util.List;
import java.util.Optional;

/**
 * What travels in a frame. The first eighteen are requests, the others replies; {@link Codec} has
 * the layout. A reply carries the request's id, so that a connection may have several in flight.
 */
public sealed interface Message {

  /** The data set that it is about; empty where it is about none. */
  default String dataSet() {
    return "";
  }

  /**
   * First message of a client. Answer: {@link Welcome}, or {@link Failed} for another version,
   * after which the server closes the connection.
   */
  record Hello(int version) implements Message {}

  /** Finds a data set by name or root. Answer: {@link Opened}. */
  record Open(String nameOrRoot) implements Message {}

  /** Answer: {@link Status}. */
  record Stat(String dataSet, String path) implements Message {}

  /** Answer: one or more {@link Listing}. */
  record ListDirectory(String dataSet, String directory) implements Message {}

  /**
   * Has names found anew. Answer: {@link Done} if the server forgot its own, {@link InUse} if it
   * had a snapshot made, which all other servers now use too.
   */
  record Refresh(String dataSet) implements Message {}

  /**
   * Has the server use a snapshot: that with the id, or, if the id is empty, one that is at most so
   * old, which it may have to make, and which lacks no more than is accepted. Answer: any number of
   * {@link Listed}, then {@link InUse}.
   */
  record Snapshot(String dataSet, String id, long maxAgeMillis, SnapshotTolerance acceptance)
      implements Message {}

  /**
   * Reads a part of a snapshot's file. Answer: {@link Data}, shorter where the file ends, then
   * {@link Done}.
   */
  record SnapshotPart(String dataSet, String id, long offset, int length) implements Message {}

  /** Tells that a file was written or deleted. Answer: {@link Done}. */
  record Changed(String dataSet, String path) implements Message {}

  /**
   * Reads ranges of one or many files. Answer: {@link Data} and {@link ItemFailed} as items become
   * ready, in the order asked for or freely, then {@link Done}.
   *
   * @param reach how far the server may go for what it does not have
   */
  record Get(String dataSet, ReadOrder order, Reach reach, List<Item> items) implements Message {}

  /** Has the server fetch files when it finds the time. Answer: {@link Done}, at once. */
  record Prefetch(String dataSet, List<FileStatus> files) implements Message {}

  /** Tells what a job will read of what this server owns. Answer: {@link Planned}. */
  record Plan(String dataSet, PlanUpdate update) implements Message {}

  /**
   * Tells of files that clients on the server's node read from other servers, so that it may keep
   * copies. Answer: {@link Done}, at once.
   *
   * @param again whether it is known that they will be read again
   * @param all how much all files of the data set are, if it is known
   */
  record ReadHere(String dataSet, boolean again, Optional<Totals> all, List<FileStatus> files)
      implements Message {}

  /**
   * Has the server make ranges resident. Answer: {@link ItemFailed} for each that could not be,
   * then {@link Done} when all others are.
   */
  record Load(String dataSet, List<Item> items) implements Message {}

  /**
   * Tells which files of the node a client read by itself, so that the server knows what is in use.
   * Answer: {@link Done}.
   */
  record Used(List<Use> uses) implements Message {}

  /**
   * Reads of one file.
   *
   * @param offset of the first byte; 0 if any of them began at the start
   * @param bytes of all of them
   */
  record Use(FileId id, long offset, long bytes) {}

  /**
   * Tells that the shared maps of a generation are stuck, so that the server makes another. Answer:
   * {@link Done}.
   */
  record MapsStuck(String generation) implements Message {}

  /**
   * Tells how many servers keep the files of a pattern ({@link io.forebay.file.PathPattern}).
   * Answer: {@link Done}.
   *
   * @param count at least 1
   */
  record Replicate(String dataSet, String pattern, int count) implements Message {}

  /** Ends the request with the frame's id; what is under way of it may still arrive. */
  record Cancel() implements Message {}

  /**
   * Shows what the client may do on this connection from now on, in place of what it showed before.
   * Answer: {@link Done}, or {@link Failed} for a token that is not valid.
   */
  record Login(String token) implements Message {

    /** Without the token, which is nobody's business. */
    @Override
    public String toString() {
      return "Login[]";
    }
  }

  /** The server speaks the client's version. */
  record Welcome(int version) implements Message {}

  /**
   * @param mounts without what is secret
   * @param totals empty without a snapshot
   */
  record Opened(
      String name, List<AnnouncedMount> mounts, Replicas replicas, Optional<Totals> totals)
      implements Message {}

  record Status(FileStatus status) implements Message {}

  /** Part of a directory, in listing order; {@code last} ends it. */
  record Listing(List<FileStatus> entries, boolean last) implements Message {}

  /** So many more entries were found by a listing that goes on. */
  record Listed(long entries) implements Message {}

  /** The snapshot in use. */
  record InUse(String id) implements Message {}

  /**
   * The header of a piece of an item; {@code length} bytes of the file follow in the same frame.
   * Pieces of one item come in order, those of several items may come in between.
   */
  record Data(int item, int length) implements Message {}

  record ItemFailed(int item, ErrorCode code, String message) implements Message {}

  /**
   * Sent each second until the answer of a request is complete, also between its parts: to list a
   * bucket, for example, takes longer than a server may be silent.
   */
  record Working() implements Message {}

  /**
   * The plan was taken note of.
   *
   * @param unknown whether the server had not heard of the job, as after a restart
   */
  record Planned(boolean unknown) implements Message {}

  /**
   * The request was answered.
   *
   * @param view identifies the members that the server knows ({@link
   *     io.forebay.placement.View#hash}); 0 if it knows of none
   */
  record Done(long view) implements Message {}

  /** The whole request failed. */
  record Failed(ErrorCode code, String message) implements Message {}
}
