package io.forebay.snapshot;

import io.forebay.FileStatus;
import io.forebay.Totals;
import io.forebay.file.DataPath;
import io.forebay.metadata.Catalog;
import io.forebay.metadata.CatalogCache;
import io.forebay.metadata.Namespace;
import io.forebay.metadata.UnderStoreCatalog;
import io.forebay.state.DamagedFileException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names of a data set as its node's owner knows them: from the snapshot in use, where there is
 * one, and what was written since; otherwise from the under-store, remembered. Thread-safe.
 */
public final class ListedCatalog implements Catalog {

  private static final Logger log = LoggerFactory.getLogger(ListedCatalog.class);

  private final String dataSet;
  private final Namespace namespace;
  private final CatalogCache answers;
  private final UnderStoreCatalog live;
  private final WrittenFiles written;

  private volatile Optional<Snapshot> snapshot = Optional.empty();
  private volatile boolean remember = true;

  /**
   * @param answers of the data set, in that namespace
   */
  public ListedCatalog(
      String dataSet,
      Namespace namespace,
      CatalogCache answers,
      UnderStoreCatalog live,
      WrittenFiles written) {
    this.answers = answers;
    this.written = written;
    this.dataSet = dataSet;
    this.namespace = namespace;
    this.live = live;
  }

  /**
   * Answers from a snapshot from now on. Readers see all of the change or nothing of it; this takes
   * some seconds for each million files.
   */
  public synchronized void use(Snapshot next) throws IOException {
    answers.change(() -> change(next));
  }

  private void change(Snapshot next) throws IOException {
    fill(next);
    snapshot = Optional.of(next);
    // What was written while the listing ran may be in it or not.
    written.forgetBefore(next.info().createdMillis());
    written.all().forEach(change -> publish(change.path(), change.status()));
  }

  /** As {@link #use}, but the namespace is left to a later {@link #publish}. */
  public synchronized void answerFrom(Snapshot next) throws IOException {
    answers.change(() -> snapshot = Optional.of(next));
  }

  /** Whether something was written since the snapshot in use was listed. */
  public boolean hasWritten() {
    return !written.all().isEmpty();
  }

  /** Puts all names into the namespace, which lost them. */
  public synchronized void publish() throws IOException {
    if (snapshot.isPresent()) {
      fill(snapshot.get());
      written.all().forEach(change -> publish(change.path(), change.status()));
    }
  }

  private void fill(Snapshot from) throws IOException {
    namespace.replace(
        dataSet,
        visitor -> from.forEach(visitor::visit),
        from.info().files() + from.info().directories());
  }

  /**
   * Whether names are remembered; otherwise each question reaches the under-store, and no snapshot
   * counts.
   */
  public void remember(boolean whether) throws IOException {
    remember = whether;
    if (!whether) {
      answers.change(() -> namespace.clear(dataSet));
    }
  }

  private void publish(String path, Optional<FileStatus> status) {
    namespace.forget(dataSet, path);
    status.ifPresent(s -> namespace.put(dataSet, s));
  }

  @Override
  public void changed(String path) throws IOException {
    answers.change(() -> change(path));
  }

  private void change(String path) throws IOException {
    Optional<FileStatus> now;
    boolean directory = false;
    try {
      FileStatus status = live.ask(path);
      directory = status.directory();
      now = Optional.of(status).filter(s -> !s.directory());
    } catch (NoSuchFileException e) {
      now = Optional.empty();
    }
    // A directory is known by the files below it, and by the next snapshot.
    if (snapshot.isPresent() && (!directory || isFile(path))) {
      written.add(path, now);
    }
    publish(path, now);
    // Directories may have come or gone with it, up to the root.
    for (String parent = DataPath.parent(path);
        !parent.isEmpty();
        parent = DataPath.parent(parent)) {
      namespace.forget(dataSet, parent);
    }
  }

  private boolean isFile(String path) throws IOException {
    try {
      return !stat(path).directory();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    Optional<Snapshot> current = snapshot;
    if (!remember) {
      return live.ask(path);
    }
    if (current.isEmpty()) {
      return live.stat(path);
    }
    return answers.stat(path, () -> find(current.get(), path));
  }

  private FileStatus find(Snapshot current, String path) throws IOException {
    Optional<WrittenFiles.Change> change = written.find(path);
    if (change.isPresent()) {
      return change
          .get()
          .status()
          .orElseThrow(() -> new NoSuchFileException(dataSet + "/" + path, null, "was deleted"));
    }
    try {
      return current.stat(path);
    } catch (DamagedFileException e) {
      log.warn("{}; asking the under-store for {}", e.getMessage(), path);
      return live.ask(path);
    } catch (NoSuchFileException e) {
      if (written.all().stream()
          .anyMatch(w -> w.status().isPresent() && w.path().startsWith(path + "/"))) {
        return FileStatus.directory(path);
      }
      throw new NoSuchFileException(
          dataSet + "/" + path,
          null,
          e.getReason()
              + "; if it is newer, list the data set again: forebay snapshot create "
              + dataSet);
    }
  }

  @Override
  public List<FileStatus> list(String directory) throws IOException {
    Optional<Snapshot> current = snapshot;
    if (!remember) {
      return live.askForList(directory);
    }
    if (current.isEmpty()) {
      return live.list(directory);
    }
    return answers.list(directory, () -> merged(current.get(), directory));
  }

  private List<FileStatus> listed(Snapshot current, String directory) throws IOException {
    try {
      return current.list(directory);
    } catch (DamagedFileException e) {
      log.warn("{}; asking the under-store for {}", e.getMessage(), directory);
      return live.askForList(directory);
    }
  }

  private List<FileStatus> merged(Snapshot current, String directory) throws IOException {
    List<FileStatus> entries = new ArrayList<>();
    NoSuchFileException missing = null;
    try {
      entries.addAll(listed(current, directory));
    } catch (NoSuchFileException e) {
      missing = e;
    }
    boolean any = missing == null;
    for (WrittenFiles.Change change : written.all()) {
      String path = change.path();
      if (!directory.isEmpty() && !path.startsWith(directory + "/")) {
        continue;
      }
      int slash = path.indexOf('/', directory.isEmpty() ? 0 : directory.length() + 1);
      if (slash < 0) {
        entries.removeIf(e -> !e.directory() && e.path().equals(path));
        change.status().ifPresent(entries::add);
      } else if (change.status().isPresent()) {
        FileStatus child = FileStatus.directory(path.substring(0, slash));
        if (!entries.contains(child)) {
          entries.add(child);
        }
      }
      any |= change.status().isPresent();
    }
    if (!any) {
      throw new NoSuchFileException(dataSet + "/" + directory, null, missing.getReason());
    }
    return entries;
  }

  @Override
  public Optional<Totals> totals() {
    return snapshot.map(s -> s.info().totals());
  }

  @Override
  public long epoch() {
    return namespace.epoch(dataSet);
  }

  /** Without a snapshot, forgets; with one, its owner makes another. */
  @Override
  public void refresh() throws IOException {
    if (snapshot.isEmpty()) {
      live.refresh();
    }
  }
}
