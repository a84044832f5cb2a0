package io.forebay.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands in files that are replaced while it is in use, such as certificates. They are looked
 * at when the value is asked for, at most once a second; while the new ones cannot be read, the
 * value stays as it is. Thread-safe.
 */
public final class FileValue<T> {

  private static final Logger log = LoggerFactory.getLogger(FileValue.class);

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final List<Path> files;
  private final Reading<T> reading;
  private volatile T value;
  private volatile long lookedAt;
  private Object read;
  private Object failed;

  /** Makes the value of what the files have now. */
  @FunctionalInterface
  public interface Reading<T> {
    T read() throws IOException;
  }

  /**
   * Reads them.
   *
   * @throws IOException what the reading throws
   */
  public FileValue(List<Path> files, Reading<T> reading) throws IOException {
    this.files = List.copyOf(files);
    this.reading = reading;
    this.read = marks();
    this.value = reading.read();
    this.lookedAt = System.nanoTime();
  }

  /** The value of the newest files that could be read. */
  public T get() {
    if (System.nanoTime() - lookedAt > LOOK_NANOS) {
      look();
    }
    return value;
  }

  private synchronized void look() {
    if (System.nanoTime() - lookedAt <= LOOK_NANOS) {
      return; // another thread has just looked
    }
    try {
      Object now = marks(); // before the reading, so that a change meanwhile is seen next time
      if (!now.equals(read)) {
        value = reading.read();
        read = now;
        log.info("{} changed and is used from now on", files);
      }
      failed = null;
    } catch (IOException e) {
      if (!e.toString().equals(failed)) {
        log.warn("{} changed, but its former content stays in use: {}", files, e.getMessage());
        failed = e.toString();
      }
    }
    lookedAt = System.nanoTime();
  }

  private Object marks() throws IOException {
    List<Object> marks = new ArrayList<>();
    for (Path file : files) {
      BasicFileAttributes each = Files.readAttributes(file, BasicFileAttributes.class);
      marks.add(List.of(each.fileKey(), each.lastModifiedTime(), each.size()));
    }
    return marks;
  }
}
