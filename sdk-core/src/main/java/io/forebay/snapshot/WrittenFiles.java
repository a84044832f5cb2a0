package io.forebay.snapshot;

import io.forebay.FileStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was written or deleted since the snapshot in use was listed, kept over restarts: a trainer
 * that begins anew after a crash is to find its last checkpoint. Thread-safe.
 *
 * <p>The file has a line for each change, the later ones count: {@code crc TAB atMillis TAB path},
 * and for what was not deleted {@code TAB size TAB modifiedMillis TAB etag}. The CRC32C is that of
 * the UTF-8 behind its tab, in hexadecimal digits. Paths have no control characters.
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

  private boolean damaged;

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
    if (Files.exists(file) && !Files.isRegularFile(file)) { // to read a pipe is to wait
      Path aside = file.resolveSibling(file.getFileName() + ".damaged");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      log.warn("{} was not a file; renamed it to {}", file, aside.getFileName());
      written.damaged = true;
    } else if (Files.exists(file)) {
      // Not as readAllLines does, which ends at bytes that are no UTF-8: those lines are left out.
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      text.lines().forEach(written::readLine);
      if (text.isEmpty()) {
        log.warn("{} is empty, but it is never written empty", file);
        written.damaged = true;
      }
      if (!text.endsWith("\n")) {
        // Or the next line would be added to half a one.
        Files.writeString(file, "\n", StandardOpenOption.APPEND);
      }
    }
    return written;
  }

  private void readLine(String line) {
    int tab = line.indexOf('\t');
    if (tab < 0 || !line.equals(withChecksum(line.substring(tab + 1)))) {
      // It may be the last one, and a kill have come in between; or it may be anything.
      log.warn("{}: skipping a damaged line: {}", file, line);
      damaged = true;
      return;
    }
    String[] fields = line.substring(tab + 1).split("\t", -1);
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
      log.warn("{}: skipping a line: {}", file, line);
    }
  }

  private static String line(Change change) {
    String rest =
        change
            .status
            .map(s -> "\t" + s.size() + "\t" + s.modifiedMillis() + "\t" + s.etag())
            .orElse("");
    return withChecksum(change.atMillis + "\t" + change.path + rest);
  }

  private static String withChecksum(String rest) {
    CRC32C crc = new CRC32C();
    crc.update(rest.getBytes(StandardCharsets.UTF_8));
    return "%08x\t%s".formatted(crc.getValue(), rest);
  }

  /** Whether something that was written is not known, so that only a new list has all names. */
  public boolean isDamaged() {
    return damaged;
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
