package io.forebay.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.forebay.Origin;
import io.forebay.file.FileId;
import io.forebay.file.FileVersion;
import io.forebay.metadata.ResidentFiles;
import io.forebay.metadata.TierLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Complete files in the tiers of this node, found in the residency map. */
public final class ResidentRung implements Rung {

  static final Served SERVED = new Served(Origin.RESIDENT);

  private static final Optional<Served> ANSWER = Optional.of(SERVED);

  private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);

  private static final Logger log = LoggerFactory.getLogger(ResidentRung.class);

  /** Bounds the memory for places that are remembered, at about 150 bytes each. */
  private static final long REMEMBERED = 65_536;

  private final ResidentFiles residents;
  private final ReadListener uses;

  /** Tiers that had a file which could not be read; the log has each of them once. */
  private final Set<Path> troubled = ConcurrentHashMap.newKeySet();

  /**
   * Places found before. They stay right as long as the file exists, for tier files never change; a
   * missing file is noticed when it is opened. Saves a look into the shared map.
   */
  private final Cache<FileId, ResidentFiles.Place> remembered =
      Caffeine.newBuilder().maximumSize(REMEMBERED).build();

  /**
   * @param uses hears of each read, for the owner of the files does not see it
   */
  public ResidentRung(ResidentFiles residents, ReadListener uses) {
    this.residents = residents;
    this.uses = uses;
  }

  /**
   * Opens a file if it is resident and can be opened. The channel stays good when the file is
   * evicted meanwhile.
   */
  Optional<FileChannel> open(FileVersion file) {
    ResidentFiles.Place known = remembered.getIfPresent(file.id());
    if (known != null) {
      Optional<FileChannel> opened = open(file, known);
      if (opened.isPresent()) {
        return opened;
      }
      remembered.invalidate(file.id()); // it moved to another tier, or left
    }
    Optional<ResidentFiles.Place> found = residents.find(file.id());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    remembered.put(file.id(), found.get());
    return open(file, found.get());
  }

  private Optional<FileChannel> open(FileVersion file, ResidentFiles.Place place) {
    if (place.length() != file.size()) {
      return Optional.empty();
    }
    try {
      return Optional.of(FileChannel.open(TierLayout.complete(place.directory(), file.id()), READ));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      unreadable(file, e);
      return Optional.empty();
    }
  }

  /**
   * Maps a whole file if it is resident and can be mapped.
   *
   * @param loaded whether each page is read before this returns. A page that the disk cannot read
   *     is then found here, where the file can be read from elsewhere, and not by the one who uses
   *     the mapping
   */
  Optional<ByteBuffer> map(FileVersion file, boolean loaded) {
    Optional<FileChannel> opened = open(file);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (FileChannel channel = opened.get()) {
      MappedByteBuffer mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, file.size());
      return Optional.of(loaded ? mapping.load() : mapping);
    } catch (IOException | InternalError e) { // the latter is how the JVM reports SIGBUS
      unreadable(file, e);
      return Optional.empty();
    }
  }

  /** Reads some bytes through a channel that {@link #open} returned; 0 when that fails. */
  int read(FileVersion file, FileChannel channel, long position, ByteBuffer target)
      throws ClosedByInterruptException {
    try {
      return Math.max(0, channel.read(target, position));
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      unreadable(file, e);
      return 0;
    }
  }

  private void unreadable(FileVersion file, Throwable reason) {
    Optional<Path> tier = findTier(file);
    if (tier.isPresent() && troubled.add(tier.get())) {
      log.warn(
          "cannot read {} in {}; reading it from elsewhere: {}; further files are logged"
              + " at debug level",
          file,
          tier.get(),
          reason.toString());
    } else {
      log.debug("cannot read {} here", file, reason);
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
        .map(ResidentFiles.Place::directory);
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
  public Optional<Served> read(FileVersion file, long offset, ByteBuffer target)
      throws IOException {
    Optional<FileChannel> opened = open(file);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    long position = offset;
    try (FileChannel channel = opened.get()) {
      while (target.hasRemaining()) {
        int n = read(file, channel, position, target);
        if (n == 0) {
          return Optional.empty();
        }
        position += n;
      }
    }
    used(file, offset, position - offset);
    return ANSWER;
  }
}
