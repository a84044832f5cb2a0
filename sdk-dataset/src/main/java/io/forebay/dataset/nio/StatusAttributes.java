package io.forebay.dataset.nio;

import io.forebay.FileStatus;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is known of a file. There is one time, that of its last change. */
record StatusAttributes(FileStatus status) implements BasicFileAttributes {

  @Override
  public FileTime lastModifiedTime() {
    return FileTime.from(status.modified());
  }

  @Override
  public FileTime lastAccessTime() {
    return lastModifiedTime();
  }

  @Override
  public FileTime creationTime() {
    return lastModifiedTime();
  }

  @Override
  public boolean isRegularFile() {
    return !status.directory();
  }

  @Override
  public boolean isDirectory() {
    return status.directory();
  }

  @Override
  public boolean isSymbolicLink() {
    return false;
  }

  @Override
  public boolean isOther() {
    return false;
  }

  @Override
  public long size() {
    return status.size();
  }

  /** Version and name: two files with the same key have the same bytes. */
  @Override
  public Object fileKey() {
    return status;
  }

  Map<String, Object> asMap() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("lastModifiedTime", lastModifiedTime());
    all.put("lastAccessTime", lastAccessTime());
    all.put("creationTime", creationTime());
    all.put("size", size());
    all.put("isRegularFile", isRegularFile());
    all.put("isDirectory", isDirectory());
    all.put("isSymbolicLink", isSymbolicLink());
    all.put("isOther", isOther());
    all.put("fileKey", fileKey());
    return all;
  }
}
