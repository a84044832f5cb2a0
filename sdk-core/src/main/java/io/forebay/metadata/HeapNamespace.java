package io.forebay.metadata;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.forebay.FileStatus;
import io.forebay.file.DataPath;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** A namespace of one process, bounded by the number of names. */
public final class HeapNamespace implements Namespace {

  private record Key(String dataSet, String path) {}

  private final Cache<Key, FileStatus> files;
  private final Cache<Key, List<FileStatus>> listings;
  private final AtomicLong epoch = new AtomicLong();

  /**
   * @param maxNames files to remember; listings are bounded to as many entries in all
   */
  public HeapNamespace(long maxNames) {
    files = Caffeine.newBuilder().maximumSize(maxNames).build();
    listings =
        Caffeine.newBuilder()
            .maximumWeight(maxNames)
            .weigher((Key key, List<FileStatus> entries) -> 1 + entries.size())
            .build();
  }

  @Override
  public Optional<FileStatus> stat(String dataSet, String path) {
    return Optional.ofNullable(files.getIfPresent(new Key(dataSet, path)));
  }

  @Override
  public Optional<List<FileStatus>> list(String dataSet, String directory) {
    return Optional.ofNullable(listings.getIfPresent(new Key(dataSet, directory)));
  }

  @Override
  public void put(String dataSet, FileStatus status) {
    files.put(new Key(dataSet, status.path()), status);
  }

  @Override
  public void putListing(String dataSet, String directory, List<FileStatus> entries) {
    entries.forEach(entry -> put(dataSet, entry));
    listings.put(new Key(dataSet, directory), List.copyOf(entries));
  }

  @Override
  public void clear(String dataSet) {
    epoch.incrementAndGet();
    files.asMap().keySet().removeIf(key -> key.dataSet().equals(dataSet));
    listings.asMap().keySet().removeIf(key -> key.dataSet().equals(dataSet));
  }

  /** Forgets everything of all data sets. */
  void clear() {
    epoch.incrementAndGet();
    files.invalidateAll();
    listings.invalidateAll();
  }

  /** One for all data sets: a change too many does no harm. */
  @Override
  public long epoch(String dataSet) {
    return epoch.get();
  }

  @Override
  public void forget(String dataSet, String path) {
    files.invalidate(new Key(dataSet, path));
    listings.invalidate(new Key(dataSet, DataPath.parent(path)));
  }

  /** Remembers nothing of it: there may be more than the heap holds. */
  @Override
  public void replace(String dataSet, FileList list, long entries) {
    clear(dataSet);
  }

  /** Puts everything into another namespace. */
  void copyTo(Namespace other) {
    files.asMap().forEach((key, status) -> other.put(key.dataSet, status));
    listings.asMap().forEach((key, list) -> other.putListing(key.dataSet, key.path, list));
  }

  @Override
  public void close() {}
}
