package io.forebay.understore;

import io.forebay.FileStatus;
import io.forebay.file.DataPath;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/**
 * How the keys of a bucket stand for paths below a root. For implementations of object stores.
 * Thread-safe.
 */
public final class ObjectKeys {

  private final String bucketUri;
  private final String prefix;
  private final LeftOutLog warnings = new LeftOutLog();

  /**
   * @param bucketUri such as {@code oss://bucket}
   * @param root the prefix below which the files are, without slashes around it; may be empty
   */
  public ObjectKeys(String bucketUri, String root) {
    this.bucketUri = bucketUri;
    this.prefix = root.isEmpty() ? "" : root + "/";
  }

  public String key(String path) {
    return prefix + path;
  }

  /** What all keys below a directory start with. */
  public String directoryPrefix(String directory) {
    return directory.isEmpty() ? prefix : prefix + directory + "/";
  }

  /** What a key is below the root, a path or not. */
  public String below(String key) {
    return key.substring(prefix.length());
  }

  /** For messages. */
  public String noun(String path) {
    return bucketUri + "/" + prefix + path;
  }

  /**
   * What was just put.
   *
   * @throws UnderStoreException when it is not there: somebody else said that it was taken
   */
  public FileStatus stored(String path, UnderStore store) throws IOException {
    try {
      return RetryPolicy.DEFAULT.run(() -> store.stat(path));
    } catch (NoSuchFileException e) {
      throw UnderStoreException.lasting(
          noun(path)
              + ": the store accepted it, but does not have it; check for a proxy in between",
          e);
    }
  }

  /**
   * Whether a directory is there, by its marker alone.
   *
   * @throws DirectoryNotEmptyException when something is in it
   */
  public boolean isEmptyDirectory(UnderStore store, String directory) throws IOException {
    try {
      if (store.list(directory, "").entries().isEmpty()) {
        return true;
      }
    } catch (NoSuchFileException e) {
      return false;
    }
    throw new DirectoryNotEmptyException(noun(directory));
  }

  /**
   * Where the listing of a directory goes on.
   *
   * @param continuation with which this page was asked for
   * @param truncated whether the store says that there is more
   * @param next what to ask for it with; empty or null where the store does not say
   */
  public String next(String directory, String continuation, boolean truncated, String next)
      throws IOException {
    if (!truncated) {
      return "";
    }
    if (next == null || next.isEmpty() || next.equals(continuation)) {
      throw odd(directory, "has no continuation token, but says that there is more");
    }
    return next;
  }

  /** A listing that no store would give: it may be another one the next time. */
  public UnderStoreException odd(String directory, String how) {
    return UnderStoreException.passing(noun(directory) + ": the listing " + how, null);
  }

  /** Clients put this sign in the place of bytes that are none; the key itself is lost then. */
  private static boolean isUtf8(String key) {
    return key.indexOf('\ufffd') < 0;
  }

  /** Collects a page of a directory's children. */
  public Entries children(String directory) {
    return new Entries(directory);
  }

  /** Collects a page of all keys below the root that come after one, in order. */
  public Keys keysAfter(String after) {
    return new Keys(after);
  }

  /** Collects one page of a listing, and believes only keys that were asked for. */
  public class Entries {

    private final List<FileStatus> entries = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final String directory;
    private final String base;

    private Entries(String directory) {
      this.directory = directory;
      this.base = directoryPrefix(directory);
    }

    /** A common prefix of a listing by delimiter. */
    public void prefix(String common) throws IOException {
      requireAskedFor(common);
      add(FileStatus.directory(below(common.substring(0, common.length() - 1))));
    }

    /**
     * @param size negative where the listing does not say
     */
    public void object(String key, long size, long modifiedMillis, EntityTag etag)
        throws IOException {
      requireAskedFor(key);
      if (size < 0) {
        throw odd(directory, "has '" + key + "' without a size");
      }
      String path = below(key);
      if (!path.endsWith("/") && !path.isEmpty()) {
        // HEAD tells whole seconds, a listing may tell more: keep what both agree on.
        add(FileStatus.file(path, size, modifiedMillis / 1000 * 1000, etag.text()));
      } else {
        marker(path);
      }
    }

    /** One of those that consoles create for empty directories: no child. */
    void marker(String path) {}

    private void requireAskedFor(String key) throws IOException {
      if (key == null || !key.startsWith(base) || key.isEmpty()) {
        throw odd(directory, "has '" + key + "', which is not below it");
      }
    }

    final void add(FileStatus entry) {
      if (DataPath.isValid(entry.path()) && !entry.path().isEmpty() && isUtf8(entry.path())) {
        entries.add(entry);
      } else {
        leftOut.add(entry.path());
        warnings.leftOut(noun(entry.path()), "has a name that is not a valid path");
      }
    }

    public List<FileStatus> entries() {
      return entries;
    }

    /** What no path can name. */
    public List<String> leftOut() {
      return leftOut;
    }

    public ListingPage toPage(String next) {
      return new ListingPage(entries, leftOut, List.of(), next);
    }
  }

  /** Keys of all directories; markers stand for theirs. */
  public final class Keys extends Entries {

    private final String after;
    private String last;

    private Keys(String after) {
      super("");
      this.after = after;
      this.last = after.isEmpty() ? "" : key(after);
    }

    @Override
    public void object(String key, long size, long modifiedMillis, EntityTag etag)
        throws IOException {
      super.object(key, size, modifiedMillis, etag);
      if (isUtf8(key) && isUtf8(last) && Utf8.ORDER.compare(key, last) <= 0) {
        throw odd("", "has '" + key + "' after '" + last + "'");
      }
      last = key;
    }

    @Override
    void marker(String path) {
      if (path.length() > 1) {
        add(FileStatus.directory(path.substring(0, path.length() - 1)));
      }
    }

    public KeyListing.Page page(boolean more) throws IOException {
      String end = last.isEmpty() ? "" : below(last);
      if (more && end.equals(after)) {
        throw odd("", "is empty, but says that there is more");
      }
      return new KeyListing.Page(entries(), leftOut(), end, more);
    }
  }
}
