package io.forebay.understore;

import io.forebay.FileStatus;
import java.util.List;

/**
 * A part of a directory listing.
 *
 * @param entries direct children only
 * @param leftOut paths of children that can be no part of a data set, such as pipes
 * @param unreadable paths of children that would be a part of it, had the store told what they are
 * @param next what to pass for the next page; empty after the last one
 */
public record ListingPage(
    List<FileStatus> entries, List<String> leftOut, List<String> unreadable, String next) {

  public ListingPage {
    entries = List.copyOf(entries);
    leftOut = List.copyOf(leftOut);
    unreadable = List.copyOf(unreadable);
  }

  /** A page that lacks nothing. */
  public ListingPage(List<FileStatus> entries, String next) {
    this(entries, List.of(), List.of(), next);
  }

  public boolean last() {
    return next.isEmpty();
  }
}
