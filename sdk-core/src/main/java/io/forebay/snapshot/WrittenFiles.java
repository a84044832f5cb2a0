package io.forebay.snapshot;

import io.forebay.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was written or deleted since the snapshot in use was listed, kept over restarts: a trainer
 * that begins anew after a crash is to find its last checkpoint. Thread-safe.
 *
 * <p>The file has a line for each change, the later ones count: {@code atMillis TAB path}, and for
 * what was not deleted {@code TAB size TAB modifiedMillis TAB etag}. Paths have no control
 * characters.
 */
public final class WrittenFiles {

  private static final Logger log = LoggerFactory.getLogger(WrittenFiles.class);

  private final Path file;

  /** Clocks of this node, of the one that lists and of the store may differ by so much. */
  private static final long SKEW_MILLIS = 5_000;

  /**
   * @param status empty when the file was deleted
   */
  record Change(String path, long atMillis, Optional<FileStatus> status) {}

  private final Map<String, Change> changes = new ConcurrentSkipListMap<>();

  private WrittenFiles(Path file) {
    this.file = file;
  }

  /**
   * Reads what was written before.
   *
   * @param file made when something is written
   */
  public static WrittenFiles open(Path file) throws IOException {
    WrittenFiles written = new WrittenFiles(file);
    if (Files.exists(file)) {
      Files.readAllLines(file).forEach(written::readLine);
    }
    return written;
  }

  private void readLine(String line) {
    String[] fields = line.split("\t", -1);
    try {
      Optional<FileStatus> status = Optional.empty();
      if (fields.length > 2) {
        status =
            Optional.of(
                FileStatus.file(
                    fields[1], Long.parseLong(fields[2]), Long.parseLong(fields[3]), fields[4]));
      }
      changes.put(fields[1], new Change(fields[1], Long.parseLong(fields[0]), status));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // The last line, if a kill came in between; its writer had not been answered yet.
      log.warn("{}: left out: {}", file, line);
    }
  }

  private static String line(Change change) {
    String rest =
        change
            .status
            .map(s -> "\t" + s.size() + "\t" + s.modifiedMillis() + "\t" + s.etag())
            .orElse("");
    return change.atMillis + "\t" + change.path + rest;
  }

  /** What became of a file, if anything did. */
  Optional<Change> find(String path) {
    return Optional.ofNullable(changes.get(path));
  }

  /** All changes, by path. */
  Collection<Change> all() {
    return changes.values();
  }

  synchronized void add(String path, Optional<FileStatus> status) throws IOException {
    Change change = new Change(path, System.currentTimeMillis(), status);
    Files.createDirectories(file.getParent());
    Files.write(file, List.of(line(change)), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    changes.put(path, change);
  }

  /** Forgets what a snapshot knows whose listing began at that time. */
  synchronized void forgetBefore(long listedMillis) throws IOException {
    if (!changes.values().removeIf(c -> c.atMillis < listedMillis - SKEW_MILLIS)) {
      return;
    }
    if (changes.isEmpty()) {
      Files.deleteIfExists(file);
      return;
    }
    Path unfinished = file.resolveSibling(file.getFileName() + ".new");
    Files.write(unfinished, changes.values().stream().map(WrittenFiles::line).toList());
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
