package io.forebay.understore;

import io.forebay.FileStatus;
import io.forebay.StaleFileException;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The headers with which an object store or a web server answers a HEAD or a GET. No byte of the
 * body is believed before they agree with what was asked for: the store, or a proxy before it, may
 * know no ranges and no conditions, and a portal answers everything with a page of its own. For
 * implementations of object stores.
 *
 * @param noun what was asked for, for messages
 * @param status of HTTP
 * @param length {@code Content-Length}; negative where there is none
 * @param range {@code Content-Range}; empty where there is none
 * @param etag none where the store gives none
 * @param modifiedMillis {@code Last-Modified}; 0 where there is none
 */
public record ObjectReply(
    String noun, int status, long length, String range, EntityTag etag, long modifiedMillis) {

  /**
   * The most bytes that are received and thrown away before a range, where the store sends whole
   * objects only: more would take longer than the store may be silent.
   */
  private static final long MOST_SKIPPED = 64 << 20;

  private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

  /**
   * Where a range is in the body of an answer.
   *
   * @param before bytes of the body before it
   * @param length its bytes
   * @param isLast whether the body ends with it
   */
  public record Part(long before, long length, boolean isLast) {}

  /** The file that a HEAD describes. */
  public FileStatus describe(String path) throws IOException {
    if (length < 0) {
      throw odd("has no Content-Length");
    }
    if (etag.isNone() && modifiedMillis == 0) {
      throw odd("has neither ETag nor Last-Modified, so versions cannot be told apart");
    }
    return FileStatus.file(path, length, modifiedMillis, etag.text());
  }

  /**
   * Finds a range in the body of a GET.
   *
   * @param file the version that was asked for
   * @param offset of the first byte that was asked for
   * @param wanted bytes from there
   * @throws StaleFileException when the answer is of another version
   */
  public Part find(FileStatus file, long offset, long wanted) throws IOException {
    requireVersion(file);
    return switch (status) {
      case 206 -> inRange(file, offset, wanted);
      case 200 -> inWhole(file, offset, wanted);
      default -> throw odd("has status " + status);
    };
  }

  /**
   * For the answer to a HEAD while a file is read.
   *
   * @throws StaleFileException when it is of another version
   */
  public void requireSame(FileStatus file) throws IOException {
    requireVersion(file);
    if (length < 0) {
      throw odd("has no Content-Length");
    }
    requireSize(file, length);
  }

  private void requireVersion(FileStatus file) throws IOException {
    EntityTag expected = EntityTag.of(file);
    if (expected.isNone() && file.modifiedMillis() == 0) {
      throw UnderStoreException.lasting(
          noun
              + ": the store gives neither ETag nor Last-Modified, so versions cannot be told apart"
              + " and the object cannot be read",
          null);
    }
    if (!expected.isNone() && etag.isNone()) {
      throw odd("has no ETag, though the object has one");
    }
    if (etag.isWeakFormOf(expected)) {
      throw odd("was changed in transit: its ETag became a weak one");
    }
    if (!expected.equals(etag)) {
      throw stale("ETag " + expected.text(), etag.text());
    }
    if (!expected.isStrong() && modifiedMillis / 1000 != file.modifiedMillis() / 1000) {
      throw stale("Last-Modified " + file.modifiedMillis(), Long.toString(modifiedMillis));
    }
  }

  private Part inRange(FileStatus file, long offset, long wanted) throws IOException {
    Matcher parts = RANGE.matcher(range);
    if (!parts.matches()) {
      throw odd("has the Content-Range '" + range + "'");
    }
    requireSize(file, Long.parseLong(parts.group(3)));
    long first = Long.parseLong(parts.group(1));
    long inBody = Long.parseLong(parts.group(2)) - first + 1;
    if (first != offset || inBody <= 0) {
      throw odd("has the Content-Range '" + range + "', but byte " + offset + " was requested");
    }
    if (length >= 0 && length != inBody) {
      throw odd("has " + length + " bytes, but the Content-Range '" + range + "'");
    }
    return new Part(0, wanted, inBody <= wanted);
  }

  /** Of a store that does not know ranges. */
  private Part inWhole(FileStatus file, long offset, long wanted) throws IOException {
    if (length < 0) {
      throw odd("has status 200 but no Content-Length, so it may not be the object");
    }
    requireSize(file, length);
    if (offset > MOST_SKIPPED) {
      throw UnderStoreException.lasting(
          noun
              + ": the store, or a proxy in between, ignores Range and sends whole objects;"
              + " only the first "
              + (MOST_SKIPPED >> 20)
              + " MiB can be read this way",
          null);
    }
    return new Part(offset, wanted, offset + wanted == length);
  }

  private void requireSize(FileStatus file, long total) throws StaleFileException {
    if (total != file.size()) {
      throw stale(file.size() + " bytes", total + " bytes");
    }
  }

  private StaleFileException stale(String expected, String found) {
    return new StaleFileException(noun, "expected " + expected + ", found " + found);
  }

  /** An answer that no store would give: it may be another one the next time. */
  private UnderStoreException odd(String how) {
    return UnderStoreException.passing(noun + ": the answer " + how, null);
  }
}
