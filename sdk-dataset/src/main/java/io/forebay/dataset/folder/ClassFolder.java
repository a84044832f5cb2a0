package io.forebay.dataset.folder;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The samples of a tree {@code <root>/<class>/.../<file>}: the first directory below the root is
 * the class. Classes and samples are sorted, so that every process numbers them alike.
 *
 * @param classes names; their index is the label
 * @param samples in the order of their paths
 */
public record ClassFolder(List<String> classes, List<Sample> samples) {

  /**
   * One file.
   *
   * @param label index into the classes
   */
  public record Sample(String path, int label) {}

  public ClassFolder {
    classes = List.copyOf(classes);
    samples = List.copyOf(samples);
  }

  /**
   * Lists a tree.
   *
   * @throws NoSuchFileException when there is no file in any class directory
   */
  public static ClassFolder list(FileSource source, String root) throws IOException {
    List<String> paths = new ArrayList<>(source.walk(root));
    paths.removeIf(path -> classOf(path, root) == null);
    if (paths.isEmpty()) {
      throw new NoSuchFileException(
          root, null, "no file in a class directory below it; expected CLASS/FILE");
    }
    paths.sort(null);
    List<String> classes =
        paths.stream().map(path -> classOf(path, root)).distinct().sorted().toList();
    return new ClassFolder(
        classes,
        paths.stream()
            .map(path -> new Sample(path, Collections.binarySearch(classes, classOf(path, root))))
            .toList());
  }

  /** Null for a file that lies in no class directory. */
  private static String classOf(String path, String root) {
    int start = root.isEmpty() ? 0 : root.length() + 1;
    int slash = path.indexOf('/', start);
    return slash < 0 ? null : path.substring(start, slash);
  }
}
