package io.forebay.understore;

import io.forebay.FileStatus;
import java.util.List;

/**
 * A part of a directory listing.
 *
 * @param entries direct children only
 * @param next what to pass for the next page; empty after the last one
 */
public record ListingPage(List<FileStatus> entries, String next) {

  public ListingPage {
    entries = List.copyOf(entries);
  }

  public boolean last() {
    return next.isEmpty();
  }
}
