package io.forebay.spec;

/**
 * What a new snapshot may lack and still take the place of the one in use.
 *
 * @param incomplete whether it may lack what the under-store did not let be read
 * @param shrunk whether it may have lost more than half of the files of the one before; a directory
 *     that is there while its disk is not mounted looks like that
 */
public record SnapshotTolerance(boolean incomplete, boolean shrunk) {

  public static final SnapshotTolerance DEFAULT = new SnapshotTolerance(true, false);
}
