package io.forebay.server.admin;

import io.forebay.node.CacheNode;
import io.forebay.node.NodeDataSet;
import io.forebay.snapshot.SnapshotDiff;
import io.forebay.snapshot.SnapshotInfo;
import io.forebay.snapshot.SnapshotStore;
import io.forebay.spec.SnapshotId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows and exchanges the snapshots of data sets. */
final class SnapshotEndpoints {

  /** Differences that are listed one by one; all are counted. */
  private static final int LISTED = 10_000;

  private final CacheNode node;

  SnapshotEndpoints(CacheNode node) {
    this.node = node;
  }

  /**
   * A snapshot, as JSON.
   *
   * @param pinned whether a reader asked for it by its name, so that it stays
   * @param leftOut entries that can be no part of a data set
   * @param unreadable entries that it lacks because they could not be read
   */
  record Entry(
      String snapshot,
      boolean inUse,
      boolean pinned,
      String created,
      long files,
      long bytes,
      long leftOut,
      long unreadable) {}

  void addTo(AdminServer admin) {
    admin.get("/snapshots", request -> list(dataSet(request)));
    admin.get("/snapshot/diff", this::diff);
    admin.post(
        "/snapshot/use",
        request -> {
          dataSet(request).useForAll(id(request, "snapshot"));
          return list(dataSet(request));
        });
    admin.post(
        "/snapshot/drop",
        request -> {
          dataSet(request).snapshots().drop(id(request, "snapshot"));
          return list(dataSet(request));
        });
  }

  private NodeDataSet dataSet(AdminRequest request) throws IOException {
    return node.dataSet(request.required("dataset"));
  }

  private static SnapshotId id(AdminRequest request, String key) {
    return new SnapshotId(request.required(key));
  }

  private static List<Entry> list(NodeDataSet dataSet) throws IOException {
    SnapshotStore snapshotStore = dataSet.snapshots();
    Optional<SnapshotId> inUse = snapshotStore.inUse();
    List<Entry> entries = new ArrayList<>();
    for (SnapshotId id : snapshotStore.all()) {
      SnapshotInfo info = snapshotStore.get(id).info();
      entries.add(
          new Entry(
              id.text(),
              inUse.equals(Optional.of(id)),
              snapshotStore.isPinned(id),
              info.created().toString(),
              info.files(),
              info.bytes(),
              info.leftOut(),
              info.unreadable()));
    }
    return entries;
  }

  private Object diff(AdminRequest request) throws IOException {
    SnapshotStore snapshotStore = dataSet(request).snapshots();
    SnapshotDiff diff =
        SnapshotDiff.of(
            snapshotStore.get(id(request, "from")), snapshotStore.get(id(request, "to")), LISTED);
    return Map.of(
        "added", diff.added(),
        "removed", diff.removed(),
        "changed", diff.changed(),
        "differences", diff.differences());
  }
}
