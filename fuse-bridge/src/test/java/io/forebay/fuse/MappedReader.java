package io.forebay.fuse;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * Maps a file in a process of its own: a page fault in the bridge's own JVM would keep it from
 * collecting garbage, and so from answering.
 */
final class MappedReader {

  private MappedReader() {}

  public static void main(String[] arguments) throws IOException {
    try (FileChannel channel = FileChannel.open(Path.of(arguments[0]))) {
      CRC32C crc = new CRC32C();
      crc.update(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
      System.out.println(Long.toHexString(crc.getValue()));
    }
  }

  /** The checksum of a file as such a process sees it. */
  static String checksum(Path file) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                MappedReader.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new IOException("no answer from the reader of " + file);
      }
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    } finally {
      process.destroyForcibly();
    }
  }
}
