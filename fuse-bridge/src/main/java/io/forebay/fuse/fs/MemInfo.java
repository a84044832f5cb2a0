package io.forebay.fuse.fs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What /proc/meminfo says.
 *
 * @param totalBytes of this machine
 * @param availableBytes that are free, or easily so
 */
public record MemInfo(long totalBytes, long availableBytes) {

  /** Page cache counts as available, so below this share it is being taken from others. */
  private static final int LEAST_SHARE = 8;

  public static MemInfo read() throws IOException {
    return new MemInfo(field("MemTotal:"), field("MemAvailable:"));
  }

  private static long field(String name) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
      return lines
          .filter(line -> line.startsWith(name))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    }
  }

  boolean isFree() {
    return availableBytes > totalBytes / LEAST_SHARE;
  }
}
