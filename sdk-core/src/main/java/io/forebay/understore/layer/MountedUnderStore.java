package io.forebay.understore.layer;

import io.forebay.FileStatus;
import io.forebay.file.DataPath;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.Mount;
import io.forebay.understore.KeyListing;
import io.forebay.understore.ListingPage;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnfinishedWrite;
import io.forebay.understore.Utf8;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The tree that the mounts of a data set make together. A path belongs to the innermost mount that
 * it lies in; directories above mounts are there without any store. The mounts can be exchanged
 * while in use. Thread-safe.
 */
public final class MountedUnderStore implements UnderStore {

  private record Mounted(Mount mount, UnderStore store) {

    boolean covers(String path) {
      return isBelow(path, mount.path());
    }

    String inside(String path) {
      String at = mount.path();
      return at.isEmpty()
          ? path
          : path.length() == at.length() ? "" : path.substring(at.length() + 1);
    }

    FileStatus inside(FileStatus status) {
      return renamed(status, inside(status.path()));
    }

    FileStatus outside(FileStatus status) {
      return renamed(status, outside(status.path()));
    }

    String outside(String path) {
      return path.isEmpty() ? mount.path() : DataPath.child(mount.path(), path);
    }

    private static FileStatus renamed(FileStatus status, String path) {
      return path.equals(status.path())
          ? status
          : new FileStatus(
              path, status.directory(), status.size(), status.modified(), status.etag());
    }
  }

  private final String dataSet;
  private volatile List<Mounted> mounted;

  /**
   * @throws IllegalArgumentException for a mount with an unknown scheme or a bad option
   */
  MountedUnderStore(DataSetSpec spec) throws IOException {
    this.dataSet = spec.name();
    this.mounted = open(spec.mounts(), List.of());
  }

  /**
   * Exchanges the mounts. Streams of mounts that are no more go on to their ends, or break.
   *
   * @throws IllegalArgumentException for a mount with an unknown scheme or a bad option; then
   *     nothing is changed
   */
  public synchronized void update(List<Mount> mounts) throws IOException {
    List<Mounted> before = mounted;
    mounted = open(mounts, before);
    close(before, mounted);
  }

  private static List<Mounted> open(List<Mount> mounts, List<Mounted> before) throws IOException {
    List<Mounted> opened = new ArrayList<>();
    try {
      for (Mount mount : mounts) {
        Optional<Mounted> same = before.stream().filter(m -> m.mount.equals(mount)).findAny();
        opened.add(
            same.isPresent() ? same.get() : new Mounted(mount, new RotatingUnderStore(mount)));
      }
    } catch (IOException | RuntimeException e) {
      close(opened, before);
      throw e;
    }
    // Innermost first: the first that covers a path is the one that it belongs to.
    opened.sort(Comparator.comparingInt((Mounted m) -> m.mount.path().length()).reversed());
    return List.copyOf(opened);
  }

  private static void close(List<Mounted> those, List<Mounted> without) throws IOException {
    for (Mounted each : those) {
      if (!without.contains(each)) {
        each.store.close();
      }
    }
  }

  private static boolean isBelow(String path, String directory) {
    return directory.isEmpty()
        || path.equals(directory)
        || (path.startsWith(directory) && path.charAt(directory.length()) == '/');
  }

  private Optional<Mounted> covering(String path) {
    return mounted.stream().filter(m -> m.covers(path)).findFirst();
  }

  /** Names of a directory's children that are mounts, or lead to some. */
  private Set<String> mountsIn(String directory) {
    Set<String> names = new HashSet<>();
    for (Mounted each : mounted) {
      String path = each.mount.path();
      if (!path.equals(directory) && isBelow(path, directory)) {
        String rest = directory.isEmpty() ? path : path.substring(directory.length() + 1);
        int slash = rest.indexOf('/');
        names.add(slash < 0 ? rest : rest.substring(0, slash));
      }
    }
    return names;
  }

  private Mounted mount(String path) throws NoSuchFileException {
    return covering(path)
        .orElseThrow(
            () -> new NoSuchFileException(dataSet + "/" + path, null, "no mount contains it"));
  }

  private Mounted writable(String path) throws IOException {
    Mounted found = mount(path);
    if (found.mount.readOnly()) {
      throw new AccessDeniedException(
          dataSet + "/" + path, null, "the mount " + found.mount.root() + " is read-only");
    }
    return found;
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    if (!mountsIn(path).isEmpty()) {
      return FileStatus.directory(path);
    }
    Mounted found = mount(path);
    return found.outside(found.store.stat(found.inside(path)));
  }

  @Override
  public ListingPage list(String directory, String continuation) throws IOException {
    Set<String> mounts = mountsIn(directory);
    List<FileStatus> entries = new ArrayList<>();
    if (continuation.isEmpty()) {
      mounts.forEach(name -> entries.add(FileStatus.directory(DataPath.child(directory, name))));
    }
    Optional<Mounted> found = covering(directory);
    if (found.isEmpty() && !mounts.isEmpty()) {
      return new ListingPage(entries, "");
    }
    Mounted covering = mount(directory);
    ListingPage page;
    try {
      page = covering.store.list(covering.inside(directory), continuation);
    } catch (NoSuchFileException e) {
      if (mounts.isEmpty()) {
        throw e;
      }
      return new ListingPage(entries, "");
    }
    for (FileStatus entry : page.entries()) {
      if (!mounts.contains(entry.name())) {
        entries.add(covering.outside(entry));
      }
    }
    return new ListingPage(
        entries,
        page.leftOut().stream().map(covering::outside).toList(),
        page.unreadable().stream().map(covering::outside).toList(),
        page.next());
  }

  /**
   * Asks each mount whether anything is in it.
   *
   * @return the roots of those that have nothing
   * @throws IOException when one does not answer, or refuses to
   */
  public List<URI> emptyRoots() throws IOException {
    List<URI> empty = new ArrayList<>();
    for (Mounted each : mounted) {
      if (!each.store.hasEntries()) {
        empty.add(each.mount.root());
      }
    }
    return empty;
  }

  /** Only where every mount lists keys, and none is inside another. */
  @Override
  public Optional<KeyListing> keys() {
    List<Mounted> inOrder = new ArrayList<>(mounted);
    inOrder.sort(Comparator.comparing(m -> m.mount.path() + "/", Utf8.ORDER));
    List<KeyListing> listings = new ArrayList<>();
    for (Mounted each : inOrder) {
      Optional<KeyListing> keys = each.store.keys();
      if (keys.isEmpty() || !mountsIn(each.mount.path()).isEmpty()) {
        return Optional.empty();
      }
      listings.add(keys.get());
    }
    return Optional.of(after -> list(inOrder, listings, after));
  }

  private static KeyListing.Page list(
      List<Mounted> inOrder, List<KeyListing> listings, String after) throws IOException {
    for (int i = 0; i < inOrder.size(); i++) {
      Mounted each = inOrder.get(i);
      boolean inside = each.covers(after) && after.length() > each.mount.path().length();
      if (!inside && Utf8.ORDER.compare(after, each.mount.path() + "/") > 0) {
        continue;
      }
      KeyListing.Page page = listings.get(i).list(inside ? each.inside(after) : "");
      boolean end = !page.more();
      return new KeyListing.Page(
          page.files().stream().map(each::outside).toList(),
          page.leftOut().stream().map(each::outside).toList(),
          // Behind the last key of a mount comes whatever starts with a greater path: '0' is '/' +
          // 1.
          end && !each.mount.path().isEmpty() ? each.mount.path() + "0" : each.outside(page.last()),
          page.more() || i + 1 < inOrder.size());
    }
    return new KeyListing.Page(List.of(), List.of(), after, false);
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    Mounted found = mount(file.path());
    return found.store.open(found.inside(file), offset, length);
  }

  @Override
  public FileStatus put(String path, InputStream content, long length) throws IOException {
    Mounted found = writable(path);
    return found.outside(found.store.put(found.inside(path), content, length));
  }

  @Override
  public FileStatus rename(FileStatus from, String to) throws IOException {
    Mounted source = writable(from.path());
    if (!source.equals(writable(to))) {
      return UnderStore.super.rename(from, to);
    }
    return source.outside(source.store.rename(source.inside(from), source.inside(to)));
  }

  /** Those of mounts that may be written only. */
  @Override
  public List<UnfinishedWrite> unfinished() throws IOException {
    List<UnfinishedWrite> all = new ArrayList<>();
    for (Mounted each : mounted) {
      if (!each.mount.readOnly()) {
        for (UnfinishedWrite write : each.store.unfinished()) {
          all.add(
              new UnfinishedWrite(each.outside(write.path()), write.upload(), write.sinceMillis()));
        }
      }
    }
    return all;
  }

  @Override
  public void abandon(UnfinishedWrite write) throws IOException {
    Mounted found = writable(write.path());
    found.store.abandon(
        new UnfinishedWrite(found.inside(write.path()), write.upload(), write.sinceMillis()));
  }

  @Override
  public void delete(String path) throws IOException {
    Mounted found = writable(path);
    found.store.delete(found.inside(path));
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    Mounted found = writable(path);
    found.store.makeDirectory(found.inside(path));
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    Mounted found = writable(path);
    found.store.removeDirectory(found.inside(path));
  }

  @Override
  public void close() throws IOException {
    close(mounted, List.of());
  }
}
