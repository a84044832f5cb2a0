package io.forebay.dataset.nio;

import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/** The attributes of a path, whatever is there when they are read. */
record StatusView(ForebayPath path) implements BasicFileAttributeView {

  @Override
  public String name() {
    return "basic";
  }

  @Override
  public BasicFileAttributes readAttributes() throws IOException {
    return new StatusAttributes(path.status());
  }

  @Override
  public void setTimes(FileTime modified, FileTime accessed, FileTime created) {
    path.getFileSystem().requireWritable();
    throw new UnsupportedOperationException("times of files in a data set cannot be set");
  }
}
