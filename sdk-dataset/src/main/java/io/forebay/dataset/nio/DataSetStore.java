package io.forebay.dataset.nio;

import io.forebay.Totals;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;

/** A data set as a place for files: all of it is taken, as far as it has been listed. */
final class DataSetStore extends FileStore {

  private final ForebayFileSystem system;

  DataSetStore(ForebayFileSystem system) {
    this.system = system;
  }

  @Override
  public String name() {
    return system.dataSet().name();
  }

  @Override
  public String type() {
    return ForebayFileSystemProvider.SCHEME;
  }

  @Override
  public boolean isReadOnly() {
    return system.isReadOnly();
  }

  @Override
  public long getTotalSpace() throws IOException {
    return system.dataSet().totals().map(Totals::bytes).orElse(0L);
  }

  @Override
  public long getUsableSpace() {
    return 0;
  }

  @Override
  public long getUnallocatedSpace() {
    return 0;
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return type == BasicFileAttributeView.class;
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return name.equals("basic");
  }

  @Override
  public <V extends FileStoreAttributeView> V getFileStoreAttributeView(Class<V> type) {
    return null; // as the JDK wants it of a view that there is not
  }

  @Override
  public Object getAttribute(String attribute) throws IOException {
    return switch (attribute) {
      case "totalSpace" -> getTotalSpace();
      case "usableSpace", "unallocatedSpace" -> 0L;
      default -> throw new UnsupportedOperationException("attribute '" + attribute + "'");
    };
  }
}
