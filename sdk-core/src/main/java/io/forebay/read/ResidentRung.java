package io.forebay.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.forebay.metadata.FileId;
import io.forebay.metadata.FileVersion;
import io.forebay.metadata.Residents;
import io.forebay.metadata.TierLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Complete files in the tiers of this node, found in the residency map. */
public final class ResidentRung implements Rung {

  private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);

  private static final Logger log = LoggerFactory.getLogger(ResidentRung.class);

  /** Bounds the memory for places that are remembered, at about 150 bytes each. */
  private static final long REMEMBERED = 65_536;

  private final Residents residents;
  private final UseLog uses;

  /**
   * Places found before. They stay right as long as the file exists, for tier files never change; a
   * missing file is noticed when it is opened. Saves a look into the shared map.
   */
  private final Cache<FileId, Residents.Place> remembered =
      Caffeine.newBuilder().maximumSize(REMEMBERED).build();

  /**
   * @param uses hears of each read, for the owner of the files does not see it
   */
  public ResidentRung(Residents residents, UseLog uses) {
    this.residents = residents;
    this.uses = uses;
  }

  /** Opens a file if it is resident. The channel stays good when the file is evicted meanwhile. */
  Optional<FileChannel> open(FileVersion file) throws IOException {
    Residents.Place known = remembered.getIfPresent(file.id());
    if (known != null) {
      Optional<FileChannel> opened = open(file, known);
      if (opened.isPresent()) {
        return opened;
      }
      remembered.invalidate(file.id()); // it moved to another tier, or left
    }
    Optional<Residents.Place> found = residents.find(file.id());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    remembered.put(file.id(), found.get());
    return open(file, found.get());
  }

  private static Optional<FileChannel> open(FileVersion file, Residents.Place place)
      throws IOException {
    if (place.length() != file.size()) {
      return Optional.empty();
    }
    try {
      return Optional.of(FileChannel.open(TierLayout.complete(place.directory(), file.id()), READ));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Where a file is; it may have left since. */
  Optional<Path> find(FileVersion file) {
    return findTier(file).map(tier -> TierLayout.complete(tier, file.id()));
  }

  /** In which tier's directory a file is; it may have left since. */
  Optional<Path> findTier(FileVersion file) {
    return residents
        .find(file.id())
        .filter(place -> place.length() == file.size())
        .map(Residents.Place::directory);
  }

  /** Counts a read. */
  void used(FileVersion file, long offset, long bytes) {
    uses.used(file.id(), offset, bytes);
  }

  /** Whether a file is here, and not only was: what has left must be fetched again. */
  boolean has(FileVersion file) {
    return residents.find(file.id()).isPresent();
  }

  @Override
  public Optional<Origin> read(FileVersion file, long offset, ByteBuffer target)
      throws IOException {
    Optional<FileChannel> opened = open(file);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    long position = offset;
    try (FileChannel channel = opened.get()) {
      while (target.hasRemaining()) {
        int n = channel.read(target, position);
        if (n < 0) {
          log.warn("the tier file of {} is shorter than it should be; reading elsewhere", file);
          return Optional.empty();
        }
        position += n;
      }
    }
    used(file, offset, position - offset);
    return Optional.of(Origin.RESIDENT);
  }
}
