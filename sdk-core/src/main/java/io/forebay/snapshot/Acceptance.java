package io.forebay.snapshot;

import io.forebay.SnapshotRefusedException;
import java.util.Locale;
import java.util.Optional;

/**
 * What a new snapshot may lack and still take the place of the one in use.
 *
 * @param incomplete whether it may lack what the under-store did not let be read
 * @param shrunk whether it may have lost more than half of the files of the one before; a directory
 *     that is there while its disk is not mounted looks like that
 */
public record Acceptance(boolean incomplete, boolean shrunk) {

  public static final Acceptance DEFAULT = new Acceptance(true, false);

  /**
   * @param before the one in use
   * @throws SnapshotRefusedException when the fresh one may not take its place
   */
  void require(SnapshotInfo fresh, Optional<SnapshotInfo> before) throws SnapshotRefusedException {
    if (!incomplete && fresh.unreadable() > 0) {
      throw new SnapshotRefusedException(
          String.format(
              Locale.ROOT,
              "%,d entries of the under-store cannot be read (the server's log names them): give"
                  + " the server the right to, or go on without --strict",
              fresh.unreadable()));
    }
    long files = before.map(SnapshotInfo::files).orElse(0L);
    if (!shrunk && fresh.files() < files - fresh.files()) {
      throw new SnapshotRefusedException(
          String.format(
              Locale.ROOT,
              "the under-store lists %,d files, and the snapshot in use has %,d, which stays in use:"
                  + " see whether the source is mounted; if so many files are gone indeed, create"
                  + " a snapshot with --allow-shrink",
              fresh.files(),
              files));
    }
  }
}
