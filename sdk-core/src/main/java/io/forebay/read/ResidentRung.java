package io.forebay.read;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Complete files in the tiers of this node, found in the residency map. */
public final class ResidentRung implements Rung {

  private static final Logger log = LoggerFactory.getLogger(ResidentRung.class);

  private final Residency residency;
  private final List<Path> tiers;

  public ResidentRung(Residency residency, List<Path> tiers) {
    this.residency = residency;
    this.tiers = List.copyOf(tiers);
  }

  /** Opens a file if it is resident. The channel stays good when the file is evicted meanwhile. */
  Optional<FileChannel> open(FileVersion file) throws IOException {
    Optional<Residency.Location> location = residency.find(file.id());
    if (location.isEmpty()
        || location.get().length() != file.size()
        || location.get().tier() >= tiers.size()) {
      return Optional.empty();
    }
    Path path = TierLayout.complete(tiers.get(location.get().tier()), file.id());
    try {
      return Optional.of(FileChannel.open(path, StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // evicted since
    }
  }

  boolean has(FileVersion file) {
    return residency.find(file.id()).isPresent();
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
