package io.forebay.fuse.fs;

/**
 * How a data set is served.
 *
 * @param attributes how files look, and how long the kernel may believe it
 * @param xattrs whether files tell where they are; then {@code ls -l} asks for each of them
 * @param directIo whether each read is answered, and nothing of it kept in memory
 * @param maxNodes files and directories that the kernel may know; 0 for what memory allows
 * @param spool takes what is written
 */
public record ServingOptions(
    Attributes attributes, boolean xattrs, boolean directIo, int maxNodes, Spool spool) {

  /** The same, where the kernel is told of everything that changes. */
  public ServingOptions cachedUntilNotified() {
    return new ServingOptions(attributes.cachedUntilNotified(), xattrs, directIo, maxNodes, spool);
  }
}
