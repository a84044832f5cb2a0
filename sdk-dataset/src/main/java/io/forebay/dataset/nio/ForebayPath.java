package io.forebay.dataset.nio;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import java.io.IOException;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A path: names with slashes between them, and one in front if it is absolute. Immutable. */
final class ForebayPath implements Path {

  private final ForebayFileSystem system;
  private final boolean absolute;
  private final List<String> names;

  /**
   * @param text slashes too many do not matter
   */
  ForebayPath(ForebayFileSystem system, String text) {
    this(system, text.startsWith("/"), split(text));
  }

  private ForebayPath(ForebayFileSystem system, boolean absolute, List<String> names) {
    this.system = system;
    this.absolute = absolute;
    this.names = List.copyOf(names);
  }

  private static List<String> split(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new InvalidPathException(text.replace("\0", "\\0"), "a path must not contain NUL");
    }
    List<String> names = new ArrayList<>();
    for (String name : text.split("/", -1)) {
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    if (names.isEmpty() && !text.startsWith("/")) {
      names.add(""); // the empty path has one name
    }
    return names;
  }

  DataSet dataSet() {
    return system.dataSet();
  }

  /** As data sets name it. */
  String inDataSet() {
    return String.join("/", toAbsolutePath().normalize().names);
  }

  FileStatus status() throws IOException {
    String path = inDataSet();
    return path.isEmpty() ? FileStatus.directory("") : dataSet().stat(path);
  }

  List<FileStatus> list() throws IOException {
    if (!status().directory()) {
      throw new NotDirectoryException(toString());
    }
    return dataSet().list(inDataSet());
  }

  boolean isWritable() {
    return !system.isReadOnly();
  }

  @Override
  public ForebayFileSystem getFileSystem() {
    return system;
  }

  @Override
  public boolean isAbsolute() {
    return absolute;
  }

  @Override
  public Path getRoot() {
    return absolute ? new ForebayPath(system, true, List.of()) : null;
  }

  @Override
  public Path getFileName() {
    return names.isEmpty() ? null : getName(names.size() - 1);
  }

  @Override
  public Path getParent() {
    if (names.size() > 1) {
      return new ForebayPath(system, absolute, names.subList(0, names.size() - 1));
    }
    return names.isEmpty() ? null : getRoot();
  }

  @Override
  public int getNameCount() {
    return names.size();
  }

  @Override
  public Path getName(int index) {
    return subpath(index, index + 1);
  }

  @Override
  public Path subpath(int begin, int end) {
    if (begin < 0 || begin >= end || end > names.size()) {
      throw new IllegalArgumentException(
          "names " + begin + " to " + end + " of " + names.size() + " in " + this);
    }
    return new ForebayPath(system, false, names.subList(begin, end));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof ForebayPath that
        && that.system == system
        && that.absolute == absolute
        && that.names.size() <= names.size()
        && (that.isEmpty() == isEmpty())
        && names.subList(0, that.names.size()).equals(that.names);
  }

  @Override
  public boolean endsWith(Path other) {
    if (!(other instanceof ForebayPath that) || that.system != system) {
      return false;
    }
    if (that.absolute) {
      return equals(that);
    }
    return that.names.size() <= names.size()
        && names.subList(names.size() - that.names.size(), names.size()).equals(that.names);
  }

  private boolean isEmpty() {
    return !absolute && names.size() == 1 && names.get(0).isEmpty();
  }

  @Override
  public ForebayPath normalize() {
    List<String> kept = new ArrayList<>();
    for (String name : names) {
      boolean up = name.equals("..");
      if (up && !kept.isEmpty() && !kept.get(kept.size() - 1).equals("..")) {
        kept.remove(kept.size() - 1);
      } else if (!name.equals(".") && !(up && absolute)) {
        kept.add(name);
      }
    }
    return new ForebayPath(system, absolute, kept.isEmpty() && !absolute ? List.of("") : kept);
  }

  @Override
  public Path resolve(Path other) {
    ForebayPath that = ForebayFileSystemProvider.requireForebayPath(other);
    if (that.absolute || isEmpty()) {
      return that;
    }
    if (that.isEmpty()) {
      return this;
    }
    List<String> all = new ArrayList<>(names);
    all.addAll(that.names);
    return new ForebayPath(system, absolute, all);
  }

  @Override
  public Path relativize(Path other) {
    ForebayPath that = ForebayFileSystemProvider.requireForebayPath(other);
    if (that.absolute != absolute) {
      throw new IllegalArgumentException(
          "of " + this + " and " + that + " one path is absolute and the other is not");
    }
    List<String> from = isEmpty() ? List.of() : names;
    List<String> to = that.isEmpty() ? List.of() : that.names;
    int common = 0;
    while (common < Math.min(from.size(), to.size()) && from.get(common).equals(to.get(common))) {
      common++;
    }
    List<String> way = new ArrayList<>();
    for (int i = common; i < from.size(); i++) {
      way.add("..");
    }
    way.addAll(to.subList(common, to.size()));
    return new ForebayPath(system, false, way.isEmpty() ? List.of("") : way);
  }

  @Override
  public URI toUri() {
    return ForebayFileSystemProvider.uri(dataSet().name(), toAbsolutePath().toString());
  }

  /** Relative paths begin at the root. */
  @Override
  public ForebayPath toAbsolutePath() {
    return absolute ? this : new ForebayPath(system, true, isEmpty() ? List.of() : names);
  }

  @Override
  public Path toRealPath(LinkOption... options) throws IOException {
    status();
    return toAbsolutePath().normalize();
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("data sets do not support watches");
  }

  @Override
  public int compareTo(Path other) {
    return toString().compareTo(ForebayFileSystemProvider.requireForebayPath(other).toString());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ForebayPath that
        && that.system == system
        && that.absolute == absolute
        && that.names.equals(names);
  }

  @Override
  public int hashCode() {
    return Objects.hash(absolute, names);
  }

  @Override
  public String toString() {
    return (absolute ? "/" : "") + String.join("/", names);
  }
}
