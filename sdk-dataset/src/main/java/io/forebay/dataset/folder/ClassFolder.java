package io.forebay.dataset.folder;

import io.forebay.FileStatus;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The samples of a tree {@code <root>/<class>/.../<file>}: the first directory below the root is
 * the class. Classes and samples are sorted, so that every process numbers them alike.
 *
 * @param classes names; their index is the label. A directory without files is none, for buckets
 *     have no such directories
 * @param samples in the order of their paths
 */
public record ClassFolder(List<String> classes, List<Sample> samples) {

  /**
   * One file.
   *
   * @param label index into the classes
   */
  public record Sample(FileStatus file, int label) {

    public String path() {
      return file.path();
    }
  }

  public ClassFolder {
    classes = List.copyOf(classes);
    samples = List.copyOf(samples);
  }

  /** The files of the samples. */
  public List<FileStatus> files() {
    return samples.stream().map(Sample::file).toList();
  }

  /**
   * Lists a tree.
   *
   * @throws NoSuchFileException when there is no file in any class directory
   */
  public static ClassFolder list(FileSource source, String root) throws IOException {
    List<FileStatus> files = new ArrayList<>(source.walk(root));
    files.removeIf(file -> classOf(file.path(), root) == null);
    if (files.isEmpty()) {
      throw new NoSuchFileException(
          root, null, "has no file in a class directory; expected CLASS/FILE");
    }
    files.sort(Comparator.comparing(FileStatus::path));
    List<String> classes =
        files.stream().map(file -> classOf(file.path(), root)).distinct().sorted().toList();
    return new ClassFolder(
        classes,
        files.stream()
            .map(
                file ->
                    new Sample(file, Collections.binarySearch(classes, classOf(file.path(), root))))
            .toList());
  }

  /** Null for a file that lies in no class directory. */
  private static String classOf(String path, String root) {
    int start = root.isEmpty() ? 0 : root.length() + 1;
    int slash = path.indexOf('/', start);
    return slash < 0 ? null : path.substring(start, slash);
  }
}
