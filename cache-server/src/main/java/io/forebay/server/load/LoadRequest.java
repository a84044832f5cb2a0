package io.forebay.server.load;

import io.forebay.dataset.load.LoadTarget;
import io.forebay.dataset.spec.Manifest;
import io.forebay.spec.SnapshotTolerance;
import java.util.List;
import java.util.Optional;

/**
 * What is to be loaded, as it is kept on disk until it is done.
 *
 * @param name by which it is watched and cancelled
 * @param metadata whether to list the under-store first
 * @param data whether to fetch files
 * @param schedule when to repeat it, as cron writes it; null for not
 * @param onEvent whether to repeat it, data only, whenever another snapshot is in use
 * @param after the load that must be complete first; null for none
 * @param keepSeconds how long its end is remembered
 * @param acceptance what the new list may lack; null for what is usual
 */
public record LoadRequest(
    String name,
    String dataSet,
    boolean metadata,
    boolean data,
    List<LoadTarget> targets,
    String schedule,
    boolean onEvent,
    String after,
    long keepSeconds,
    SnapshotTolerance acceptance) {

  static final long KEEP_SECONDS = 3600;

  public LoadRequest {
    if (!name.matches("[a-zA-Z0-9][-_.a-zA-Z0-9]{0,100}")) {
      throw new IllegalArgumentException(
          "a load's name may have letters, digits, '-', '_' and '.', not '" + name + "'");
    }
    if (!metadata && !data) {
      throw new IllegalArgumentException("a load must load metadata, data or both");
    }
    targets = List.copyOf(targets);
    acceptance = acceptance == null ? SnapshotTolerance.DEFAULT : acceptance;
  }

  /** A load of once that is remembered for an hour. */
  public static LoadRequest once(
      String name,
      String dataSet,
      boolean metadata,
      boolean data,
      List<LoadTarget> targets,
      SnapshotTolerance acceptance) {
    return new LoadRequest(
        name, dataSet, metadata, data, targets, null, false, null, KEEP_SECONDS, acceptance);
  }

  /** What a {@code DataLoad} asks for. */
  public static LoadRequest of(Manifest.DataLoad load) {
    return new LoadRequest(
        load.name(),
        load.dataSet(),
        load.loadMetadata(),
        true,
        load.targets().stream().map(t -> new LoadTarget(t.path(), t.replicas())).toList(),
        load.schedule().orElse(null),
        load.policy() == Manifest.Policy.ON_EVENT,
        load.after().orElse(null),
        load.keepFor().map(java.time.Duration::toSeconds).orElse(KEEP_SECONDS),
        SnapshotTolerance.DEFAULT);
  }

  Optional<String> cron() {
    return Optional.ofNullable(schedule);
  }

  /** Whether it has no end. */
  boolean repeats() {
    return schedule != null || onEvent;
  }

  /** The same, waiting for nothing. */
  LoadRequest released() {
    return new LoadRequest(
        name, dataSet, metadata, data, targets, schedule, onEvent, null, keepSeconds, acceptance);
  }
}
