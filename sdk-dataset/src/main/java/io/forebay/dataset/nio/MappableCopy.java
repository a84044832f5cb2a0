package io.forebay.dataset.nio;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.control.CacheControl;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Opens a file of a data set as a file of this machine, which can be mapped. */
final class MappableCopy {

  private static final int PIECE = 4 << 20;

  private MappableCopy() {}

  static FileChannel open(DataSet dataSet, FileStatus file) throws IOException {
    if (file.directory()) {
      throw new NoSuchFileException(file.path(), null, "is a directory, not a file");
    }
    Optional<FileChannel> resident = resident(dataSet, file);
    return resident.isPresent() ? resident.get() : copy(dataSet, file);
  }

  /** What the cache has; it stays readable when the cache gives it up. */
  private static Optional<FileChannel> resident(DataSet dataSet, FileStatus file)
      throws IOException {
    Optional<Path> found = CacheControl.of(dataSet).resident(file);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(FileChannel.open(found.get(), StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // given up just now
    }
  }

  private static FileChannel copy(DataSet dataSet, FileStatus file) throws IOException {
    Path local = Files.createTempFile("forebay-copy", "");
    FileChannel writing =
        FileChannel.open(
            local,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try {
      ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(PIECE, Math.max(1, file.size())));
      for (long at = 0; at < file.size(); at += piece.limit()) {
        piece.clear().limit((int) Math.min(piece.capacity(), file.size() - at));
        dataSet.read(file, at, piece);
        piece.flip();
        while (piece.hasRemaining()) {
          writing.write(piece);
        }
      }
      writing.position(0);
      return writing;
    } catch (IOException | RuntimeException e) {
      writing.close();
      throw e;
    }
  }
}
