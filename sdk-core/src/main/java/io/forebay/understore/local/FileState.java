package io.forebay.understore.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * All that a file system tells of whether a file was replaced or written to. More than a version:
 * the change time also moves with permissions and links, which leave the bytes as they are, so it
 * is compared within one read only.
 *
 * @param modified can be set to any time
 * @param changed cannot
 */
record FileState(long device, long inode, long size, FileTime modified, FileTime changed) {

  static FileState of(Path file) throws IOException {
    Map<String, Object> all =
        Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
    return new FileState(
        (Long) all.get("dev"),
        (Long) all.get("ino"),
        (Long) all.get("size"),
        (FileTime) all.get("lastModifiedTime"),
        (FileTime) all.get("ctime"));
  }

  /** Size and modification time, which stay as they are until the file is written to. */
  String version() {
    return version(size, modified);
  }

  static String version(long size, FileTime modified) {
    long nanos = modified.to(TimeUnit.NANOSECONDS);
    return Long.toHexString(size) + "-" + Long.toHexString(nanos);
  }
}
