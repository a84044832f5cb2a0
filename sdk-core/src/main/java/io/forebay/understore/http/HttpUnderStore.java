package io.forebay.understore.http;

import io.forebay.FileStatus;
import io.forebay.file.DataPath;
import io.forebay.understore.LeftOutLog;
import io.forebay.understore.ListingPage;
import io.forebay.understore.ObjectReply;
import io.forebay.understore.RangeStream;
import io.forebay.understore.RetryPolicy;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreException;
import io.forebay.understore.VersionedStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A directory of a web server, to be read only. What is in it stands on the pages with which the
 * server lists its directories. Those give sizes that are rounded and times without seconds, so the
 * server is asked for each file's own.
 */
final class HttpUnderStore implements UnderStore {

  /** Asked for at a time while a directory is listed: as many as a browser keeps connections. */
  private static final int HEADS = 6;

  /** A file may be written to in its place while the server sends it. */
  private static final int PIECE = 4 << 20;

  /** Some hundred thousand files; the parsed page takes several times as much memory. */
  private static final int MOST_OF_A_PAGE = 16 << 20;

  private final Requests requests;
  private final LeftOutLog leftOut = new LeftOutLog();
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          HEADS, HEADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), HttpUnderStore::thread);

  HttpUnderStore(Requests requests) {
    this.requests = requests;
    threads.allowCoreThreadTimeOut(true);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "forebay-http");
    thread.setDaemon(true);
    return thread;
  }

  private String noun(String path) {
    return requests.site().noun(path);
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    Requests.Answer answer = requests.head(path);
    if (answer.isDirectory()) {
      return FileStatus.directory(path);
    }
    if (path.isEmpty()) {
      answer.body().close();
      return FileStatus.directory("");
    }
    answer.body().close(); // there is none; so the connection is used again
    return describe(path, answer.reply().length() < 0 ? withLength(path) : answer.reply());
  }

  /** Apache leaves the length of an empty file out of its answer to a HEAD. */
  private ObjectReply withLength(String path) throws IOException {
    try (Requests.Answer answer = requests.get(path)) {
      return answer.reply();
    }
  }

  /** What a program makes when it is asked for is no file, and will not be one the next time. */
  private FileStatus describe(String path, ObjectReply reply) throws IOException {
    if (reply.length() < 0) {
      throw UnderStoreException.lasting(
          noun(path) + ": the server sends no Content-Length, so it is not a file", null);
    }
    if (reply.etag().text().isEmpty() && reply.modifiedMillis() == 0) {
      throw UnderStoreException.lasting(
          noun(path)
              + ": the server sends neither ETag nor Last-Modified, so versions cannot be told"
              + " apart",
          null);
    }
    return reply.describe(path);
  }

  @Override
  public ListingPage list(String directory, String continuation) throws IOException {
    Listing listing = new Listing();
    for (String href : IndexPage.links(noun(directory), page(directory))) {
      Site.Link link = requests.site().follow(directory, href);
      if (link instanceof Site.Link.ToChild child) {
        listing.add(DataPath.child(directory, child.name()), child.directory());
      } else if (link instanceof Site.Link.Unnameable unnameable) {
        listing.leaveOut(
            DataPath.child(directory, unnameable.written()), "has a name that cannot be a path");
      }
    }
    return listing.page();
  }

  /** By the root's page alone: no file is asked for. */
  @Override
  public boolean hasEntries() throws IOException {
    return IndexPage.links(noun(""), page("")).stream()
        .anyMatch(href -> requests.site().follow("", href) instanceof Site.Link.ToChild);
  }

  private byte[] page(String directory) throws IOException {
    try (Requests.Answer answer = requests.page(directory)) {
      byte[] page = answer.body().readNBytes(MOST_OF_A_PAGE);
      long length = answer.reply().length();
      if (page.length == MOST_OF_A_PAGE) {
        throw UnderStoreException.lasting(
            noun(directory) + ": the list is longer than " + (MOST_OF_A_PAGE >> 20) + " MiB", null);
      }
      if (length >= 0 && length != page.length) {
        throw UnderStoreException.passing(
            noun(directory) + ": the list of the directory is truncated", null);
      }
      return page;
    } catch (IOException e) {
      throw Requests.translate(noun(directory), e);
    }
  }

  /** The children of a directory, once each: a page may have a link for a name and its picture. */
  private final class Listing {

    private final Map<String, Boolean> children = new LinkedHashMap<>();
    private final List<FileStatus> entries = new ArrayList<>();
    private final List<String> leftOutPaths = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();

    void add(String path, boolean directory) {
      if (DataPath.isValid(path)) {
        children.put(path, directory);
      } else {
        leaveOut(path, "has a name that cannot be a path");
      }
    }

    void leaveOut(String path, String why) {
      leftOutPaths.add(path);
      leftOut.leftOut(noun(path), why);
    }

    ListingPage page() throws IOException {
      Map<String, Future<FileStatus>> asked = new LinkedHashMap<>();
      try {
        for (Map.Entry<String, Boolean> child : children.entrySet()) {
          String path = child.getKey();
          if (child.getValue()) {
            entries.add(FileStatus.directory(path));
          } else {
            asked.put(path, threads.submit(() -> RetryPolicy.DEFAULT.run(() -> stat(path))));
          }
        }
        for (Map.Entry<String, Future<FileStatus>> each : asked.entrySet()) {
          take(each.getKey(), each.getValue());
        }
      } catch (RejectedExecutionException e) {
        throw new IOException(noun("") + " is closed", e);
      } finally {
        asked.values().forEach(each -> each.cancel(true));
      }
      return new ListingPage(entries, leftOutPaths, unreadable, "");
    }

    private void take(String path, Future<FileStatus> answer) throws IOException {
      try {
        entries.add(answer.get());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while " + noun(path) + " was looked at");
      } catch (ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof NoSuchFileException) {
          leaveOut(path, "is on the directory's page, but does not exist");
        } else if (cause instanceof AccessDeniedException
            || (cause instanceof UnderStoreException refused && !refused.isTransient())) {
          unreadable.add(path);
          leftOut.leftOut(noun(path), "cannot be read: " + cause.getMessage());
        } else {
          throw cause instanceof IOException failure ? failure : new IOException(noun(path), cause);
        }
      }
    }
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    Requests.Answer answer = requests.range(file, offset, length);
    try {
      if (answer.isDirectory()) {
        throw new NoSuchFileException(noun(file.path()), null, "is now a directory");
      }
      ObjectReply.Part part = answer.reply().find(file, offset, length);
      InputStream in = new FileStream(file.path(), answer, part);
      return new VersionedStream(in, length, PIECE, () -> requireSame(file));
    } catch (IOException | RuntimeException e) {
      answer.close();
      throw e;
    }
  }

  private void requireSame(FileStatus file) throws IOException {
    Requests.Answer answer = requests.head(file.path());
    answer.reply().requireSame(file);
    answer.body().close();
  }

  /** The body of a GET. Closing it before its end drops the connection instead of draining it. */
  private final class FileStream extends RangeStream {

    private final String path;
    private final Requests.Answer answer;

    FileStream(String path, Requests.Answer answer, ObjectReply.Part part) throws IOException {
      super(answer.body(), part);
      this.path = path;
      this.answer = answer;
    }

    @Override
    protected IOException translate(Exception e) {
      return Requests.translate(noun(path), e);
    }

    @Override
    protected void closeEarly() {
      answer.close();
    }
  }

  private IOException readOnly(String path) {
    return new AccessDeniedException(
        noun(path), null, "web servers are read-only; mount it with accessModes ReadOnlyMany");
  }

  @Override
  public FileStatus put(String path, InputStream content, long length) throws IOException {
    throw readOnly(path);
  }

  @Override
  public FileStatus rename(FileStatus from, String to) throws IOException {
    throw readOnly(from.path());
  }

  @Override
  public void delete(String path) throws IOException {
    throw readOnly(path);
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    throw readOnly(path);
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    throw readOnly(path);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
