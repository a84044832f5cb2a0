package io.forebay.control;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.ReadStats;
import io.forebay.Totals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What Forebay's other modules ask of the cache behind a data set, and tell it, beyond what a
 * trainer needs: {@code CacheControl.of(dataSet)}. Statuses are as {@link DataSet#stat}, {@link
 * DataSet#list} or {@link DataSet#walk} returned them. Thread-safe.
 */
public interface CacheControl {

  /**
   * Of a data set that {@link io.forebay.Forebay} opened. Of any other, such as a fake in a test,
   * it keeps nothing: it says that no file is resident, and refuses to load.
   */
  static CacheControl of(DataSet dataSet) {
    return dataSet instanceof CacheControl control ? control : new NoCache(dataSet);
  }

  /**
   * Has the cache fetch files in the background, as {@link DataSet#prefetch} does.
   *
   * @return how many of them are not on this node
   */
  int fetchAhead(List<FileStatus> files) throws IOException;

  /**
   * Tells this node's cache that its processes will read files again and again, so that it may copy
   * those that other nodes own, as far as it has room that nobody else wants. Returns at once, and
   * reports nothing: what is not copied is read from its owner.
   *
   * @param all how much all files are that will be read on all nodes, if it is known: for what this
   *     node owns of them room is left
   */
  void bringNear(List<FileStatus> files, Optional<Totals> all);

  /**
   * Tells the cache what a job will read, so that it keeps what is read again soonest. The data-set
   * module's {@code Prefetcher} does so for whole trainings. Nothing is fetched by this, and
   * nothing reported: a cache that does not hear of it keeps files by their use. A job that is
   * silent for a minute has no plan any more.
   *
   * @param job tells the jobs of a data set apart; a random number
   * @param done how many of its reads are done, counted from its start; {@code Long.MAX_VALUE} when
   *     it is over
   * @param first the number of the first of the files, behind all that were told before
   * @param files in the order in which they will be read
   * @return whether a cache had not heard of the job. After its first word that is one that was
   *     started since, and is best told everything that is to come, as that of another job
   */
  boolean announce(long job, long done, long first, List<FileStatus> files);

  /**
   * Makes a range of a file resident where it belongs: on this node in embedded mode, otherwise on
   * the servers that own it. Returns when all its bytes are there and agree with their checksums.
   * The data-set module's {@code Loader} does so for whole trees.
   *
   * @param offset of the first byte; {@code offset + length <= size}
   * @param replicas on how many servers; 1 is the owner alone
   * @throws IOException when it is not resident on all of them, or this process's cache has no room
   *     for it
   */
  void load(FileStatus file, long offset, long length, int replicas) throws IOException;

  /** Hears of files that could not be loaded. */
  @FunctionalInterface
  interface LoadFailures {

    /** May come more than once for a file, from several servers. */
    void failed(FileStatus file, IOException reason);
  }

  /**
   * Makes whole files resident where they belong, with one request to each server that has to do
   * with them: the way to load small files. Otherwise as {@link #load}.
   */
  void loadAll(List<FileStatus> files, int replicas, LoadFailures failures) throws IOException;

  /**
   * Finds the file on this node's disks that holds a file, complete and verified, for somebody who
   * reads it without this library. It never changes, but may be deleted at any time: a process that
   * has it open then keeps it. Counts as one read of the whole file.
   *
   * @return empty when the file is not resident on this node
   */
  Optional<Path> resident(FileStatus file);

  /**
   * Where a file is.
   *
   * @param tier directory of this node's tier that has all of it
   * @param owners names of the servers that are to have it, best first; none in embedded mode
   */
  record Place(Optional<Path> tier, List<String> owners) {

    public Place {
      owners = List.copyOf(owners);
    }
  }

  /** Tells where a file is; it counts as no read. */
  Place place(FileStatus file);

  /** Where this process's reads of all its data sets came from. */
  ReadStats readStats();

  /**
   * Fails where each write would. The under-store is not asked.
   *
   * @throws IOException when this process was given no keys to write with; says which
   * @throws UnsupportedOperationException for a snapshot
   */
  void requireWritable() throws IOException;
}
