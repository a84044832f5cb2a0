package io.forebay.understore;

import io.forebay.DataPath;
import io.forebay.FileStatus;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the keys of a bucket stand for paths below a root. For implementations of object stores.
 * Immutable.
 */
public final class ObjectKeys {

  private static final Logger log = LoggerFactory.getLogger(ObjectKeys.class);

  private final String bucketUri;
  private final String prefix;

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

  /** Collects one page of a listing. */
  public final class Entries {

    private final List<FileStatus> entries = new ArrayList<>();
    private final boolean withMarkers;
    private final List<String> leftOut = new ArrayList<>();

    /**
     * @param withMarkers whether the markers that consoles create for empty directories count
     */
    public Entries(boolean withMarkers) {
      this.withMarkers = withMarkers;
    }

    /** A common prefix of a listing by delimiter. */
    public void prefix(String common) {
      add(FileStatus.directory(below(common.substring(0, common.length() - 1))));
    }

    public void object(String key, long size, long modifiedMillis, EntityTag etag) {
      String path = below(key);
      if (!path.endsWith("/") && !path.isEmpty()) {
        // HEAD tells whole seconds, a listing may tell more: keep what both agree on.
        add(FileStatus.file(path, size, modifiedMillis / 1000 * 1000, etag.text()));
      } else if (withMarkers && path.length() > 1) {
        add(FileStatus.directory(path.substring(0, path.length() - 1)));
      }
    }

    private void add(FileStatus entry) {
      if (DataPath.isValid(entry.path()) && !entry.path().isEmpty() && isUtf8(entry.path())) {
        entries.add(entry);
      } else {
        leftOut.add(entry.path());
      }
    }

    /** Clients put this sign in the place of bytes that are none; the key itself is lost then. */
    private static boolean isUtf8(String path) {
      return path.indexOf('\ufffd') < 0;
    }

    public List<FileStatus> entries() {
      return entries;
    }

    /** What no path can name. */
    public List<String> leftOut() {
      return leftOut;
    }

    /** Warns of objects that no path can name. */
    public void warn(String directory) {
      if (!leftOut.isEmpty()) {
        log.warn(
            "{}: {} objects left out, their names cannot be paths",
            noun(directory),
            leftOut.size());
      }
    }
  }
}
