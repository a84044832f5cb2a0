package io.forebay.metadata;

import io.forebay.FileStatus;
import io.forebay.file.DataPath;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Remembers in a namespace what was asked about the names of one data set. An answer that was on
 * its way while names changed may be an old one: it goes to the one who asked, and is not
 * remembered, or it would be believed until the next change. Thread-safe.
 */
public final class CatalogCache {

  private final String dataSet;
  private final Namespace namespace;

  /** Changes that are being made, and how often one began or ended. */
  private final AtomicInteger changing = new AtomicInteger();

  private final AtomicLong changes = new AtomicLong();

  public CatalogCache(String dataSet, Namespace namespace) {
    this.dataSet = dataSet;
    this.namespace = namespace;
  }

  /** Asks what is not remembered. */
  @FunctionalInterface
  public interface Lookup<T> {
    T ask() throws IOException;
  }

  /** A change of names, from before the first of it until after the last. */
  @FunctionalInterface
  public interface Change {
    void make() throws IOException;
  }

  /** Makes a change of names, in the namespace or in what questions are answered from. */
  public void change(Change change) throws IOException {
    changing.incrementAndGet();
    changes.incrementAndGet();
    try {
      change.make();
    } finally {
      changes.incrementAndGet();
      changing.decrementAndGet();
    }
  }

  /** The file or directory at a path, as it is remembered or else as the question tells. */
  public FileStatus stat(String path, Lookup<FileStatus> question) throws IOException {
    Optional<FileStatus> known = namespace.stat(dataSet, path);
    if (known.isPresent()) {
      return known.get();
    }
    long before = changes.get();
    boolean steady = changing.get() == 0;
    FileStatus status = question.ask();
    if (steady && changes.get() == before) {
      namespace.put(dataSet, status);
      if (changes.get() != before) {
        namespace.forget(dataSet, path);
      }
    }
    return status;
  }

  /** The children of a directory, as they are remembered or else as the question tells. */
  public List<FileStatus> list(String directory, Lookup<List<FileStatus>> question)
      throws IOException {
    Optional<List<FileStatus>> known = namespace.list(dataSet, directory);
    if (known.isPresent()) {
      return known.get();
    }
    long before = changes.get();
    boolean steady = changing.get() == 0;
    List<FileStatus> entries = question.ask();
    if (steady && changes.get() == before) {
      namespace.putListing(dataSet, directory, entries);
      if (changes.get() != before) {
        // A path below it stands for its listing, too.
        namespace.forget(dataSet, DataPath.child(directory, "-"));
        entries.forEach(entry -> namespace.forget(dataSet, entry.path()));
      }
    }
    return entries;
  }
}
