package io.forebay.understore;

import io.forebay.FileStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorCompletionService;

/**
 * Walks a tree with many directories listed at a time. A round trip to an object store costs tens
 * of milliseconds, so a walk is as fast as the number of listings in flight.
 */
public final class TreeListing {

  private TreeListing() {}

  /** Lists one whole directory. */
  @FunctionalInterface
  public interface Lister {
    List<FileStatus> list(String directory) throws IOException;
  }

  /** All pages of one directory. */
  public static List<FileStatus> list(UnderStore store, String directory) throws IOException {
    List<FileStatus> entries = new ArrayList<>();
    Set<String> files = new HashSet<>();
    Set<String> directories = new HashSet<>();
    Set<String> asked = new HashSet<>();
    List<FileStatus> before = List.of();
    for (String continuation = ""; asked.isEmpty() || !continuation.isEmpty(); ) {
      ListingPage page = store.list(directory, continuation);
      if (!asked.add(continuation) || (!before.isEmpty() && page.entries().equals(before))) {
        throw UnderStoreException.passing(
            "'" + directory + "': the store lists the same page again and again", null);
      }
      before = page.entries();
      for (FileStatus entry : before) {
        // An object and a directory may share a name.
        if (!(entry.directory() ? directories : files).add(entry.path())) {
          throw UnderStoreException.passing(
              "'" + directory + "': the store lists '" + entry.path() + "' twice", null);
        }
      }
      entries.addAll(before);
      continuation = page.next();
    }
    return entries;
  }

  /** All files below a directory, in no particular order. */
  public static List<FileStatus> walk(Lister lister, String root, Executor executor, int width)
      throws IOException {
    List<FileStatus> files = new ArrayList<>();
    visit(
        lister,
        root,
        executor,
        width,
        (directory, entries) -> entries.stream().filter(e -> !e.directory()).forEach(files::add));
    return files;
  }

  /** Takes the children of one directory. */
  @FunctionalInterface
  public interface Visitor {
    void visit(String directory, List<FileStatus> children) throws IOException;
  }

  private record Listed(String directory, List<FileStatus> children) {}

  /**
   * Lists all directories at and below one, in no particular order.
   *
   * @param width how many directories are listed at a time
   * @param visitor called by the calling thread
   */
  public static void visit(
      Lister lister, String root, Executor executor, int width, Visitor visitor)
      throws IOException {
    Deque<String> waiting = new ArrayDeque<>(List.of(root));
    int running = 0;
    var completions = new ExecutorCompletionService<Listed>(executor);
    try {
      while (!waiting.isEmpty() || running > 0) {
        while (!waiting.isEmpty() && running < width) {
          // The latest first, so that few wait: those of the branches that are being listed.
          String directory = waiting.pop();
          completions.submit(() -> new Listed(directory, lister.list(directory)));
          running++;
        }
        Listed listed = completions.take().get();
        running--;
        visitor.visit(listed.directory, listed.children);
        for (FileStatus entry : listed.children) {
          if (entry.directory()) {
            waiting.push(entry.path());
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while listing " + root);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IOException("listing below '" + root + "' failed", e.getCause());
    }
  }
}
