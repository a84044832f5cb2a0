package io.forebay.read;

import io.forebay.metadata.FileVersion;
import io.forebay.understore.UnderStore;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The last resort: the under-store, without any cache. */
public final class UnderStoreRung implements Rung {

  private static final int CHUNK = 128 << 10;

  private final DirectAccess access;

  public UnderStoreRung(DirectAccess access) {
    this.access = access;
  }

  @Override
  public Optional<Origin> read(FileVersion file, long offset, ByteBuffer target)
      throws IOException {
    UnderStore store = access.store();
    if (target.hasRemaining()) {
      try (InputStream in = store.open(file.status(), offset, target.remaining())) {
        byte[] chunk = new byte[Math.min(CHUNK, target.remaining())];
        while (target.hasRemaining()) {
          int n = in.read(chunk, 0, Math.min(chunk.length, target.remaining()));
          if (n < 0) {
            throw new EOFException(file + ": " + target.remaining() + " bytes missing");
          }
          target.put(chunk, 0, n);
        }
      }
    }
    return Optional.of(Origin.UNDER_STORE);
  }
}
