package io.forebay.fuse.fs;

import io.forebay.NoSpaceException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Where the bytes of files are kept while they are written.
 *
 * @param directory an existing one, on a disk of this node
 */
public record Spool(Path directory) {

  /** The directory for temporary files. */
  public static Spool standard() {
    return new Spool(Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** A nameless file. */
  FileChannel open() throws IOException {
    Path file = Files.createTempFile(directory, "forebay-draft-", "");
    try {
      return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(file); // so that it is gone with this process, however that ends
    }
  }

  /** How much more can be written at present. */
  long freeBytes() throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }

  /**
   * What a failure to keep bytes here means.
   *
   * @param path of the file that they belong to
   */
  IOException failure(String path, IOException e) {
    return NoSpaceException.isMeantBy(e)
        ? new NoSpaceException(path, "the spool " + directory, e)
        : new IOException(path + " cannot be written to the spool " + directory + ": " + e, e);
  }
}
