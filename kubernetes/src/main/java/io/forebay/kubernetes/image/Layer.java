package io.forebay.kubernetes.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Files of an image, all owned by root and as old as the epoch, so that the same files make the
 * same layer. Not thread-safe.
 */
public final class Layer {

  private static final int EXECUTABLE = 0755;
  private static final int READABLE = 0644;

  /** What a path of the image has: a file of this machine, the target of a link, or a directory. */
  private sealed interface Content {
    record Copy(Path file) implements Content {}

    record Text(String text) implements Content {}

    record Link(String target) implements Content {}

    record Directory(int mode) implements Content {}
  }

  /** By their names, without a slash at the beginning. */
  private final Map<String, Content> entries = new TreeMap<>();

  /**
   * @param path in the image, absolute; directories above it are made
   * @param file executable in the image if it is here
   */
  public Layer file(String path, Path file) {
    return add(path, new Content.Copy(file));
  }

  public Layer text(String path, String text) {
    return add(path, new Content.Text(text));
  }

  public Layer link(String path, String target) {
    return add(path, new Content.Link(target));
  }

  /**
   * @param mode such as 01777
   */
  public Layer directory(String path, int mode) {
    return add(path, new Content.Directory(mode));
  }

  /** All below a directory of this machine, links as they are. */
  public Layer tree(String path, Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path each : (Iterable<Path>) tree::iterator) {
        String name = path + "/" + root.relativize(each);
        if (Files.isSymbolicLink(each)) {
          link(name, Files.readSymbolicLink(each).toString());
        } else if (Files.isRegularFile(each)) {
          file(name, each);
        }
      }
    }
    return this;
  }

  private Layer add(String path, Content content) {
    String name = path.replaceAll("^/+|/+$", "").replaceAll("/+", "/");
    for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
      entries.putIfAbsent(name.substring(0, slash), new Content.Directory(EXECUTABLE));
    }
    entries.put(name, content);
    return this;
  }

  /** Writes it as a tar archive, a directory before what is in it. */
  void writeTo(OutputStream out) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, Content> entry : entries.entrySet()) {
        write(tar, entry.getKey(), entry.getValue());
      }
    }
  }

  private static void write(TarArchiveOutputStream tar, String name, Content content)
      throws IOException {
    TarArchiveEntry entry;
    switch (content) {
      case Content.Directory directory -> {
        entry = new TarArchiveEntry(name + "/");
        entry.setMode(directory.mode());
      }
      case Content.Link link -> {
        entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
        entry.setLinkName(link.target());
      }
      case Content.Text text -> {
        entry = new TarArchiveEntry(name);
        entry.setSize(text.text().getBytes(UTF_8).length);
        entry.setMode(READABLE);
      }
      case Content.Copy copy -> {
        entry = new TarArchiveEntry(name);
        entry.setSize(Files.size(copy.file()));
        entry.setMode(Files.isExecutable(copy.file()) ? EXECUTABLE : READABLE);
      }
    }
    entry.setModTime(0);
    entry.setIds(0, 0);
    entry.setNames("root", "root");
    tar.putArchiveEntry(entry);
    switch (content) {
      case Content.Copy copy -> Files.copy(copy.file(), tar);
      case Content.Text text -> tar.write(text.text().getBytes(UTF_8));
      case Content.Link link -> {}
      case Content.Directory directory -> {}
    }
    tar.closeArchiveEntry();
  }
}
