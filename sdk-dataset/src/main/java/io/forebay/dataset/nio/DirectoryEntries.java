package io.forebay.dataset.nio;

import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/** The entries of a directory, which may be gone through once. */
final class DirectoryEntries implements DirectoryStream<Path> {

  private List<Path> entries;

  DirectoryEntries(List<Path> entries) {
    this.entries = entries;
  }

  @Override
  public synchronized Iterator<Path> iterator() {
    if (entries == null) {
      throw new IllegalStateException("the stream is closed or its iterator was already returned");
    }
    Iterator<Path> once = Collections.unmodifiableList(entries).iterator();
    entries = null;
    return once;
  }

  @Override
  public synchronized void close() {
    entries = null;
  }
}
