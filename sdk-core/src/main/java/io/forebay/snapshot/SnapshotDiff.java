package io.forebay.snapshot;

import io.forebay.FileStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of the files between two snapshots.
 *
 * @param differences the first of them, in order: {@code +}, {@code -} or {@code ~} and the path
 */
public record SnapshotDiff(long added, long removed, long changed, List<String> differences) {

  /**
   * Compares two snapshots in one pass over both.
   *
   * @param most differences to list
   */
  public static SnapshotDiff of(Snapshot from, Snapshot to, int most) throws IOException {
    long added = 0;
    long removed = 0;
    long changed = 0;
    List<String> differences = new ArrayList<>();
    Snapshot.Cursor old = from.cursor("");
    Snapshot.Cursor young = to.cursor("");
    while (old.peek() != null || young.peek() != null) {
      FileStatus a = old.peek();
      FileStatus b = young.peek();
      int order = a == null ? 1 : b == null ? -1 : SnapshotWriter.ORDER.compare(a, b);
      String difference = "";
      if (order < 0) {
        removed++;
        difference = "-" + a.path();
      } else if (order > 0) {
        added++;
        difference = "+" + b.path();
      } else if (a.size() != b.size() || !a.etag().equals(b.etag())) {
        changed++;
        difference = "~" + b.path();
      }
      if (!difference.isEmpty() && differences.size() < most) {
        differences.add(difference);
      }
      if (order <= 0) {
        old.next();
      }
      if (order >= 0) {
        young.next();
      }
    }
    return new SnapshotDiff(added, removed, changed, List.copyOf(differences));
  }
}
