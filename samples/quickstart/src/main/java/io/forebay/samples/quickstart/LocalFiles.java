package io.forebay.samples.quickstart;

import io.forebay.FileStatus;
import io.forebay.dataset.folder.FileSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** The bound: a local directory, whose files are in the page cache. */
record LocalFiles(Path root) implements FileSource {

  @Override
  public List<FileStatus> walk(String directory) throws IOException {
    List<FileStatus> files = new ArrayList<>();
    Files.walkFileTree(
        root.resolve(directory),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files.add(
                FileStatus.file(
                    root.relativize(file).toString(),
                    attributes.size(),
                    attributes.lastModifiedTime().toMillis(),
                    ""));
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  @Override
  public ByteBuffer read(String path) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(root.resolve(path)));
  }
}
