package io.forebay.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.forebay.metadata.FileId;
import io.forebay.metadata.FileVersion;
import io.forebay.metadata.Residency;
import io.forebay.metadata.TierLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
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

  private final Residency residency;

  /**
   * Places found before. They stay right as long as the file exists, for tier files never change; a
   * missing file is noticed when it is opened. Saves a look into the shared map.
   */
  private final Cache<FileId, Residency.Location> remembered =
      Caffeine.newBuilder().maximumSize(REMEMBERED).build();

  private final List<Path> tiers;

  public ResidentRung(Residency residency, List<Path> tiers) {
    this.residency = residency;
    this.tiers = List.copyOf(tiers);
  }

  /** Opens a file if it is resident. The channel stays good when the file is evicted meanwhile. */
  Optional<FileChannel> open(FileVersion file) throws IOException {
    Residency.Location location = locate(file.id());
    if (location == null || location.length() != file.size() || location.tier() >= tiers.size()) {
      return Optional.empty();
    }
    Path path = TierLayout.complete(tiers.get(location.tier()), file.id());
    try {
      return Optional.of(FileChannel.open(path, READ));
    } catch (NoSuchFileException e) {
      remembered.invalidate(file.id()); // evicted since
      return Optional.empty();
    }
  }

  boolean has(FileVersion file) {
    return locate(file.id()) != null;
  }

  /** Null for a file that is not resident. */
  private Residency.Location locate(FileId id) {
    Residency.Location location = remembered.getIfPresent(id);
    if (location == null) {
      location = residency.find(id).orElse(null);
      if (location != null) {
        remembered.put(id, location);
      }
    }
    return location;
  }

  @Override
  public Optional<Origin> read(FileVersion file, long offset, ByteBuffer target)
      throws IOException {
    Optional<FileChannel> opened = open(file);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (FileChannel channel = opened.get()) {
      long position = offset;
      while (target.hasRemaining()) {
        int n = channel.read(target, position);
        if (n < 0) {
          log.warn("the tier file of {} is shorter than it should be; reading elsewhere", file);
          return Optional.empty();
        }
        position += n;
      }
    }
    return Optional.of(Origin.RESIDENT);
  }
}
