package io.forebay.metadata;

import io.forebay.FileStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Makes directories out of files that come in the order of their UTF-8. All files below a directory
 * come one after another, so no more than the directories from the root to the present one are
 * open, whatever the tree looks like. Used by one thread.
 */
final class TreeAssembler {

  /** Takes the tree. */
  interface Target {

    /** A file or directory was found. */
    void entry(FileStatus entry);

    /** Where the children of a directory go to. */
    Children open(String directory);
  }

  /** Takes the children of a directory. */
  interface Children {
    void add(FileStatus child);

    void close();
  }

  private static final class Open {
    private final String path;
    private final Children children;

    /**
     * Empty directories: a marker comes before the files of a directory, with others in between.
     */
    private final Set<String> markers = new LinkedHashSet<>();

    Open(String path, Children children) {
      this.path = path;
      this.children = children;
    }

    boolean contains(String other) {
      return path.isEmpty()
          || (other.startsWith(path)
              && other.length() > path.length()
              && other.charAt(path.length()) == '/');
    }
  }

  private final Target target;
  private final Deque<Open> open = new ArrayDeque<>();

  TreeAssembler(Target target) {
    this.target = target;
    open.push(new Open("", target.open("")));
  }

  void add(FileStatus entry) {
    while (!open.peek().contains(entry.path())) {
      closeTop();
    }
    Open parent = open.peek();
    int from = parent.path.isEmpty() ? 0 : parent.path.length() + 1;
    for (int slash = entry.path().indexOf('/', from);
        slash >= 0;
        slash = entry.path().indexOf('/', slash + 1)) {
      String path = entry.path().substring(0, slash);
      open.peek().markers.remove(path);
      directory(open.peek(), path);
      open.push(new Open(path, target.open(path)));
    }
    if (entry.directory()) {
      open.peek().markers.add(entry.path());
    } else {
      target.entry(entry);
      open.peek().children.add(entry);
    }
  }

  private void directory(Open parent, String path) {
    FileStatus directory = FileStatus.directory(path);
    target.entry(directory);
    parent.children.add(directory);
  }

  private void closeTop() {
    Open top = open.pop();
    for (String marker : top.markers) {
      directory(top, marker);
      target.open(marker).close();
    }
    top.children.close();
  }

  /** Nothing comes any more. */
  void finish() {
    while (!open.isEmpty()) {
      closeTop();
    }
  }
}
