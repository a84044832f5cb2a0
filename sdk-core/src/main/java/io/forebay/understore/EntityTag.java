package io.forebay.understore;

import io.forebay.FileStatus;
import java.util.Optional;

/**
 * An object's version tag as RFC 9110 has it, in the form that {@link FileStatus#etag} keeps: no
 * quotes, weak ones begin with {@code W/}. For implementations of object stores.
 *
 * @param text empty where the store gives none
 */
public record EntityTag(String text) {

  private static final String WEAK = "W/";

  /**
   * @param header as the store sent it, or as its client's library trimmed it; may be null
   */
  public static EntityTag of(String header) {
    return new EntityTag(header == null ? "" : header.strip().replace("\"", ""));
  }

  static EntityTag of(FileStatus file) {
    return new EntityTag(file.etag());
  }

  /** What {@code If-Match} may name: that compares strongly, so a weak tag never matches. */
  public static Optional<String> toMatch(FileStatus file) {
    EntityTag tag = of(file);
    return tag.isStrong() ? Optional.of(tag.text) : Optional.empty();
  }

  boolean isNone() {
    return text.isEmpty();
  }

  /** Whether equal tags mean equal bytes. */
  boolean isStrong() {
    return !isNone() && !text.startsWith(WEAK);
  }

  /** Whether this is what a proxy makes of another tag when it changes the content's form. */
  boolean isWeakFormOf(EntityTag other) {
    return text.equals(WEAK + other.text);
  }
}
