package io.forebay.fuse.fs;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.file.DataPath;
import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Errno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the kernel which of the names that it remembers mean another file now, or none. Files that
 * are open stay as they are.
 */
final class NameInvalidator {

  private static final Logger log = LoggerFactory.getLogger(NameInvalidator.class);

  private final DataSet dataSet;
  private final Inodes inodes;
  private final Device device;
  private final boolean epochs;

  /**
   * @param epochs whether the kernel can be told to ask for all names again, at once
   */
  NameInvalidator(DataSet dataSet, Inodes inodes, Device device, boolean epochs) {
    this.dataSet = dataSet;
    this.inodes = inodes;
    this.device = device;
    this.epochs = epochs;
  }

  void follow() {
    try {
      if (dataSet.totals().isEmpty()) {
        // Without a snapshot each look would be a request to the under-store.
        askForAll();
        return;
      }
      int changed = 0;
      for (Inode inode : inodes.all()) {
        if (hasChanged(inode)) {
          forget(inode.status());
          changed++;
        }
      }
      log.info("invalidated {} names that changed", changed);
    } catch (IOException e) {
      log.warn("cannot compare names; invalidating all of them: {}", e.getMessage());
      askForAll();
    }
  }

  private boolean hasChanged(Inode inode) throws IOException {
    try {
      return !dataSet.stat(inode.path()).equals(inode.status());
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  /** Has the kernel ask for a name again, if it knows it. */
  void forget(FileStatus file) {
    inodes
        .find(DataPath.parent(file.path()))
        .ifPresent(
            parent -> {
              byte[] name = file.name().getBytes(StandardCharsets.UTF_8);
              int result = device.forgetName(parent.id(), name);
              if (result < 0 && result != -Errno.ENOENT) {
                log.warn("cannot invalidate {} in the kernel (error {})", file.path(), -result);
              }
            });
  }

  private void askForAll() {
    if (!epochs) {
      inodes.all().forEach(inode -> forget(inode.status()));
      return;
    }
    int result = device.forgetNames();
    if (result < 0) {
      log.warn("cannot invalidate the names in the kernel (error {})", -result);
    }
  }
}
