package io.forebay.fuse.fs;

import io.forebay.FileStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Foresees which directory is listed next: who listed one and then the first in it, or two
 * neighbours one after the other, goes through the tree, and will go on so. Thread-safe.
 */
final class ListingPredictor {

  /** Directories that are known to have a neighbour; beyond, all of them are forgotten. */
  private static final int MOST = 10_000;

  private static final class Step {
    private final String next;
    private boolean foreseen;

    Step(String next, boolean foreseen) {
      this.next = next;
      this.foreseen = foreseen;
    }
  }

  private final Map<String, Step> steps = new HashMap<>();

  /**
   * A directory was listed.
   *
   * @param entries all that is in it
   * @return those that will be next, at most so many
   */
  synchronized List<String> next(String directory, List<FileStatus> entries, int most) {
    String first = descend(entries);
    Step step = steps.remove(directory);
    Step neighbour = step == null ? null : steps.get(step.next);
    if (neighbour != null) {
      neighbour.foreseen = true;
    }
    List<String> next = new ArrayList<>();
    String at = first != null ? first : neighbour != null && step.foreseen ? step.next : null;
    while (at != null && next.size() < most) {
      next.add(at);
      Step after = steps.get(at);
      at = after == null ? null : after.next;
    }
    return next;
  }

  /** The first of the directories among these, which come one after the other, or null. */
  private String descend(List<FileStatus> entries) {
    Iterator<String> directories =
        entries.stream().filter(FileStatus::directory).map(FileStatus::path).iterator();
    if (!directories.hasNext()) {
      return null;
    }
    if (steps.size() > MOST) {
      steps.clear();
    }
    String first = directories.next();
    String at = first;
    for (int count = 0; at != null && count < MOST; count++) {
      String next = directories.hasNext() ? directories.next() : null;
      steps.put(at, new Step(next, count == 0));
      at = next;
    }
    return first;
  }
}
