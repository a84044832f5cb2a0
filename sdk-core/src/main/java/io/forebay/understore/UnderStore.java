package io.forebay.understore;

import io.forebay.FileStatus;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;

/**
 * Where the data really lives, seen as a tree of files below one root. The smallest interface the
 * cache can live with: take care when adding to it. Layers such as {@link RetryingUnderStore} wrap
 * it and know nothing of each other.
 *
 * <p>Paths are relative to the root and already {@linkplain io.forebay.file.DataPath normalised}.
 * Implementations are thread-safe, report each failure at once (retrying is the decorator's work)
 * and never put a secret into a message.
 *
 * <p>Errors, for every method: {@link NoSuchFileException} for a path that is not there, {@link
 * java.nio.file.AccessDeniedException} for refused credentials or permissions, {@link
 * UnderStoreException} for everything else the store reports, marked as transient or not.
 */
public interface UnderStore extends Closeable {

  /**
   * The file or directory at a path. In an object store, a prefix with at least one object below it
   * is a directory; where both an object {@code a} and objects {@code a/...} exist, the object
   * wins.
   */
  FileStatus stat(String path) throws IOException;

  /**
   * One page of a directory's children, in the store's order.
   *
   * @param directory the directory; empty for the root
   * @param continuation empty for the first page, then what the page before returned
   * @throws NoSuchFileException when the directory is not there; the root always is
   */
  ListingPage list(String directory, String continuation) throws IOException;

  /**
   * Whether anything is below the root, by a request that is as small as the store has it. It needs
   * what every read needs: network, credentials, and that the root is there.
   */
  default boolean hasEntries() throws IOException {
    return !list("", "").entries().isEmpty();
  }

  /** Lists keys, where the store has keys rather than directories. */
  default Optional<KeyListing> keys() {
    return Optional.empty();
  }

  /**
   * Opens a range of exactly this version of a file. The stream may fail, or end early, at any
   * point; the caller counts. Closing it early must not read the rest.
   *
   * @param file as {@link #stat} or {@link #list} returned it
   * @param offset of the first byte, {@code 0 <= offset < size}
   * @param length in bytes, positive, {@code offset + length <= size}
   * @throws io.forebay.StaleFileException when the file now has another version
   */
  InputStream open(FileStatus file, long offset, long length) throws IOException;

  /**
   * Fills a buffer with a range of exactly this version of a file.
   *
   * @param offset of the first byte, {@code offset + target.remaining() <= size}
   */
  default void read(FileStatus file, long offset, ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      return;
    }
    try (InputStream in = open(file, offset, target.remaining())) {
      byte[] chunk = new byte[Math.min(128 << 10, target.remaining())];
      while (target.hasRemaining()) {
        int n = in.read(chunk, 0, Math.min(chunk.length, target.remaining()));
        if (n < 0) {
          throw new EOFException(file.path() + ": " + target.remaining() + " bytes missing");
        }
        target.put(chunk, 0, n);
      }
    }
  }

  /**
   * Creates or replaces a file. It becomes visible as a whole when this returns, or not at all.
   *
   * @param content read to its end, which must come after {@code length} bytes
   * @return the status of the new version
   */
  FileStatus put(String path, InputStream content, long length) throws IOException;

  /**
   * Gives a file another name, replacing what has it. Object stores have no such thing: there the
   * content is copied, visible under the new name as a whole, and then deleted under the old one; a
   * failure in between leaves both.
   *
   * @param from the version that is meant
   * @return the status under the new name
   * @throws io.forebay.StaleFileException when the file has another version by now
   */
  default FileStatus rename(FileStatus from, String to) throws IOException {
    FileStatus renamed;
    try (InputStream content =
        from.size() == 0 ? InputStream.nullInputStream() : open(from, 0, from.size())) {
      renamed = put(to, content, from.size());
    }
    delete(from.path());
    return renamed;
  }

  /**
   * The writes below the root that were begun and have not ended: those of writers at work, and
   * what killed ones left. Such a write is in no listing.
   */
  default List<UnfinishedWrite> unfinished() throws IOException {
    return List.of();
  }

  /** Takes an unfinished write away; if its writer is at work, it fails. */
  default void abandon(UnfinishedWrite write) throws IOException {
    throw new NoSuchFileException(write.path(), null, "this store has no unfinished writes");
  }

  /** Deletes a file; deleting what is not there succeeds, as it does in object stores. */
  void delete(String path) throws IOException;

  /**
   * Makes a directory that is there though nothing is in it; in an object store that is a marker,
   * an empty object {@code path/}. One that is there already stays.
   */
  void makeDirectory(String path) throws IOException;

  /**
   * Removes a directory; removing what is not there succeeds.
   *
   * @throws java.nio.file.DirectoryNotEmptyException when something is in it
   */
  void removeDirectory(String path) throws IOException;
}
