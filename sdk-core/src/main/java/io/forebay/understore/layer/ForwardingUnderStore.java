package io.forebay.understore.layer;

import io.forebay.FileStatus;
import io.forebay.understore.KeyListing;
import io.forebay.understore.ListingPage;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnfinishedWrite;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * Forwards each request to another under-store by way of one method, in which a layer does what it
 * is for.
 */
abstract class ForwardingUnderStore implements UnderStore {

  /** One request. */
  @FunctionalInterface
  interface Request<T> {
    T send(UnderStore store) throws IOException;
  }

  @FunctionalInterface
  private interface Change {
    void make(UnderStore store) throws IOException;
  }

  /** Where requests go. */
  abstract UnderStore target();

  /** Sends a request that may be sent again. */
  abstract <T> T send(Request<T> request) throws IOException;

  /** Sends a write: its content is read only once. */
  <T> T write(Request<T> request) throws IOException {
    return send(request);
  }

  private void change(Change change) throws IOException {
    send(
        store -> {
          change.make(store);
          return null;
        });
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    return send(store -> store.stat(path));
  }

  @Override
  public ListingPage list(String directory, String continuation) throws IOException {
    return send(store -> store.list(directory, continuation));
  }

  @Override
  public boolean hasEntries() throws IOException {
    return send(UnderStore::hasEntries);
  }

  @Override
  public Optional<KeyListing> keys() {
    return target().keys().map(keys -> after -> send(store -> keys.list(after)));
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    return send(store -> store.open(file, offset, length));
  }

  @Override
  public FileStatus put(String path, InputStream content, long length) throws IOException {
    return write(store -> store.put(path, content, length));
  }

  @Override
  public FileStatus rename(FileStatus from, String to) throws IOException {
    return write(store -> store.rename(from, to));
  }

  @Override
  public List<UnfinishedWrite> unfinished() throws IOException {
    return send(UnderStore::unfinished);
  }

  @Override
  public void abandon(UnfinishedWrite write) throws IOException {
    change(store -> store.abandon(write));
  }

  @Override
  public void delete(String path) throws IOException {
    change(store -> store.delete(path));
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    change(store -> store.makeDirectory(path));
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    change(store -> store.removeDirectory(path));
  }

  @Override
  public void close() throws IOException {
    target().close();
  }
}
