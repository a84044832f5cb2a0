package io.forebay.metadata;

import io.forebay.FileStatus;
import io.forebay.file.FileId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's shared maps as every other process sees them: {@link #follow} changes over when the
 * owner made a new generation, because it was restarted or because the maps were stuck or full.
 * Names that the maps cannot hold for this process are kept on its own heap. Thread-safe.
 */
public final class FollowedMaps implements Namespace, ResidentFiles {

  private static final Logger log = LoggerFactory.getLogger(FollowedMaps.class);

  private static final long NEAR_NAMES = 1_000_000;

  private record Current(NodeInfo node, SharedMaps maps) {}

  private final Optional<Path> directory;
  private final Consumer<String> stuck;
  private final HeapNamespace near = new HeapNamespace(NEAR_NAMES);
  private volatile Optional<Current> current = Optional.empty();
  private Optional<Object> read = Optional.empty();
  private String tried = "";
  private String warning = "";

  /**
   * @param directory of the node; empty for a client that is on none
   * @param stuck hears of the generation whose maps cannot be used any more
   */
  public FollowedMaps(Optional<Path> directory, Consumer<String> stuck) {
    this.directory = directory;
    this.stuck = stuck;
  }

  /** Whether there is anything to follow. */
  public boolean areOfANode() {
    return directory.isPresent();
  }

  /**
   * Looks whether there is another generation, and uses it; cheap if not. Where its maps cannot be
   * opened, a warning says so once, and nothing is known here but what this process asked for.
   */
  public synchronized void follow() {
    if (directory.isEmpty()) {
      return;
    }
    try {
      Optional<Object> mark = NodeInfo.mark(directory.get());
      if (mark.equals(read)) {
        return;
      }
      Optional<NodeInfo> node = NodeInfo.read(directory.get());
      read = mark; // that of a younger one would be missed the next time
      if (node.isPresent() && node.get().sharedMaps()) {
        follow(node.get());
      } // else what is open stays correct: tier files never change
      warning = "";
    } catch (IOException e) {
      warn(String.valueOf(e.getMessage()));
    }
  }

  private void follow(NodeInfo node) {
    String generation = node.generation();
    if (tried.equals(generation)) {
      return;
    }
    tried = generation;
    Optional<Current> before = current;
    try {
      SharedMaps maps =
          SharedMaps.follow(
              directory.orElseThrow().resolve("maps"),
              generation,
              new MapCircuitBreaker(kind -> stuck.accept(generation)));
      current = Optional.of(new Current(node, maps));
      log.debug("using generation {} of the shared maps", generation);
    } catch (IOException e) {
      warn(String.valueOf(e.getMessage()));
      // The owner writes no more into the maps before, so what they say grows old.
      near.clear();
      current = Optional.empty();
    }
    before.ifPresent(b -> b.maps.close());
  }

  private void warn(String reason) {
    if (!warning.equals(reason)) {
      warning = reason;
      log.warn(
          "cannot use the shared maps of the node in {}; this process asks the cache"
              + " server instead: {}",
          directory.orElseThrow(),
          reason);
    }
  }

  @Override
  public Optional<Place> find(FileId id) {
    Optional<Current> now = current;
    if (now.isEmpty()) {
      return Optional.empty();
    }
    List<Path> tiers = now.get().node.tiers();
    return now.get()
        .maps
        .residency()
        .find(id)
        .filter(location -> location.directory() < tiers.size())
        .map(location -> new Place(tiers.get(location.directory()), location.length()));
  }

  @Override
  public Optional<FileStatus> stat(String dataSet, String path) {
    Optional<Current> now = current;
    return now.isPresent()
        ? now.get().maps.namespace().stat(dataSet, path)
        : near.stat(dataSet, path);
  }

  @Override
  public Optional<List<FileStatus>> list(String dataSet, String path) {
    Optional<Current> now = current;
    return now.isPresent()
        ? now.get().maps.namespace().list(dataSet, path)
        : near.list(dataSet, path);
  }

  /** Only on this heap: only the owner of the shared maps writes them. */
  @Override
  public void put(String dataSet, FileStatus status) {
    if (current.isEmpty()) {
      near.put(dataSet, status);
    }
  }

  @Override
  public void putListing(String dataSet, String path, List<FileStatus> entries) {
    if (current.isEmpty()) {
      near.putListing(dataSet, path, entries);
    }
  }

  @Override
  public void clear(String dataSet) {
    near.clear(dataSet);
  }

  @Override
  public long epoch(String dataSet) {
    Optional<Current> now = current;
    return near.epoch(dataSet) + (now.isPresent() ? now.get().maps.namespace().epoch(dataSet) : 0);
  }

  @Override
  public void forget(String dataSet, String path) {
    near.forget(dataSet, path);
  }

  @Override
  public void replace(String dataSet, FileList files, long entries) {
    throw new UnsupportedOperationException("only the owner of the shared maps writes them");
  }

  @Override
  public synchronized void close() {
    current.ifPresent(c -> c.maps.close());
    current = Optional.empty();
  }
}
