package io.forebay.server;

import io.forebay.FileStatus;
import io.forebay.understore.ListingPage;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreProvider;
import java.io.InputStream;
import java.net.URI;
import java.util.Map;
import java.util.Set;

/** Opens {@code throwing:} stores, whose every method throws an {@link Error}. */
public final class ThrowingStoreProvider implements UnderStoreProvider {

  /** What the errors say. */
  static final String MESSAGE = "thrown by the test's store";

  @Override
  public Set<String> schemes() {
    return Set.of("throwing");
  }

  @Override
  public Set<String> optionPrefixes() {
    return Set.of();
  }

  @Override
  public UnderStore open(URI root, Map<String, String> options) {
    return new ThrowingStore();
  }

  private static final class ThrowingStore implements UnderStore {

    @Override
    public FileStatus stat(String path) {
      throw new LinkageError(MESSAGE);
    }

    @Override
    public ListingPage list(String directory, String continuation) {
      throw new LinkageError(MESSAGE);
    }

    @Override
    public InputStream open(FileStatus file, long offset, long length) {
      throw new LinkageError(MESSAGE);
    }

    @Override
    public FileStatus put(String path, InputStream content, long length) {
      throw new LinkageError(MESSAGE);
    }

    @Override
    public void delete(String path) {
      throw new LinkageError(MESSAGE);
    }

    @Override
    public void makeDirectory(String path) {
      throw new LinkageError(MESSAGE);
    }

    @Override
    public void removeDirectory(String path) {
      throw new LinkageError(MESSAGE);
    }

    @Override
    public void close() {}
  }
}
