package io.forebay.read;

import io.forebay.Detour;
import io.forebay.Origin;
import io.forebay.file.FileVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The last resort: the under-store, without any cache. */
public final class UnderStoreRung implements Rung {

  private final DirectAccess access;

  public UnderStoreRung(DirectAccess access) {
    this.access = access;
  }

  @Override
  public Optional<Served> read(FileVersion file, long offset, ByteBuffer target)
      throws IOException {
    access.store().read(file.status(), offset, target);
    return Optional.of(new Served(Origin.UNDER_STORE, Optional.of(Detour.NO_CACHE)));
  }
}
