package io.forebay.metadata;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The residency of a store that only its own process reads. */
public final class HeapResidency implements Residency {

  private final Map<FileId, Location> locations = new ConcurrentHashMap<>();

  @Override
  public Optional<Location> find(FileId id) {
    return Optional.ofNullable(locations.get(id));
  }

  @Override
  public void put(FileId id, Location location) {
    locations.put(id, location);
  }

  @Override
  public void remove(FileId id) {
    locations.remove(id);
  }

  @Override
  public void close() {}
}
