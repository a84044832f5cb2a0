package io.forebay.understore.http;

import io.forebay.FileStatus;
import io.forebay.StaleFileException;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.ListingPage;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnfinishedWrite;
import io.forebay.understore.layer.UnderStores;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Reads a directory from the web server that serves it, and writes to it past the server. */
final class ServedDirectory implements UnderStore {

  private final Path directory;
  private final UnderStore written;
  private final UnderStore read;
  private Instant next = Instant.now().minus(Duration.ofDays(1));

  ServedDirectory(Path directory, URI root) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.written = UnderStores.open(DataSetSpec.of(directory.toUri(), Map.of()));
    this.read = UnderStores.open(DataSetSpec.of(root, Map.of()));
  }

  /** Web servers tell whole seconds, and believe no time that is less than a second ago. */
  private FileStatus aged(String path) throws IOException {
    next = next.plusSeconds(1);
    Files.setLastModifiedTime(directory.resolve(path), FileTime.from(next));
    return read.stat(path);
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    return read.stat(path);
  }

  @Override
  public ListingPage list(String directory, String continuation) throws IOException {
    return read.list(directory, continuation);
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    return read.open(file, offset, length);
  }

  @Override
  public FileStatus put(String path, InputStream content, long length) throws IOException {
    written.put(path, content, length);
    return aged(path);
  }

  @Override
  public FileStatus rename(FileStatus from, String to) throws IOException {
    if (!read.stat(from.path()).equals(from)) {
      throw new StaleFileException(from.path(), "has changed");
    }
    written.rename(written.stat(from.path()), to);
    return aged(to);
  }

  @Override
  public List<UnfinishedWrite> unfinished() throws IOException {
    return written.unfinished();
  }

  @Override
  public void abandon(UnfinishedWrite write) throws IOException {
    written.abandon(write);
  }

  @Override
  public void delete(String path) throws IOException {
    written.delete(path);
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    written.makeDirectory(path);
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    written.removeDirectory(path);
  }

  @Override
  public void close() throws IOException {
    written.close();
    read.close();
  }
}
