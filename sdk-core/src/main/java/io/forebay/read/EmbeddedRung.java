package io.forebay.read;

import io.forebay.fill.ReadThrough;
import io.forebay.metadata.FileVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** The cache inside this process. */
public final class EmbeddedRung implements Rung {

  private final ReadThrough reads;

  public EmbeddedRung(ReadThrough reads) {
    this.reads = reads;
  }

  @Override
  public Optional<Origin> read(FileVersion file, long offset, ByteBuffer target)
      throws IOException {
    reads.read(file, offset, target);
    return Optional.of(Origin.EMBEDDED_CACHE);
  }

  @Override
  public void prefetch(List<FileVersion> files) {
    files.forEach(reads::prefetch);
  }

  @Override
  public boolean load(FileVersion file, long offset, long length, int replicas) throws IOException {
    reads.load(file, offset, length);
    return true;
  }
}
