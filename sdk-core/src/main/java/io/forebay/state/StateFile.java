package io.forebay.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small text that is written as a whole, with a last line that has its CRC32C. That line is a
 * comment in properties and in YAML. A damaged file is told from a good one, so that no bit that a
 * disk turned round is taken for what was written. Not thread-safe.
 */
public final class StateFile {

  private static final Logger log = LoggerFactory.getLogger(StateFile.class);

  private static final FileAttribute<?>[] NOT_FOR_ALL = {
    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"))
  };

  private static final String CHECKSUM = "#crc32c=";

  /** Of the checksum's line: eight digits and the line's end. */
  private static final int LAST_LINE = CHECKSUM.length() + 8 + 1;

  private final Path file;

  public StateFile(Path file) {
    this.file = file;
  }

  /**
   * Replaces the file: readers see the old text or the new one. It is for the owner and his group,
   * unless the attributes say otherwise.
   */
  public void write(String text, FileAttribute<?>... attributes) throws IOException {
    String whole = text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
    byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
    Path unfinished = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(unfinished);
    Files.createFile(unfinished, attributes.length == 0 ? NOT_FOR_ALL : attributes);
    Files.writeString(unfinished, whole + lastLine(bytes, bytes.length));
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }

  public void writeLines(Collection<String> lines) throws IOException {
    write(String.join("\n", lines));
  }

  /**
   * Reads the text.
   *
   * @return empty when there is no such file
   * @throws DamagedFileException when it is not as it was written
   */
  public Optional<String> read() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(file)) { // to read a pipe is to wait for its writer
      throw new DamagedFileException(file, "it is a directory, pipe, socket or device");
    }
    byte[] bytes = Files.readAllBytes(file);
    int length = bytes.length - LAST_LINE;
    if (length < 0
        || !lastLine(bytes, length)
            .equals(new String(bytes, length, LAST_LINE, StandardCharsets.UTF_8))) {
      throw new DamagedFileException(file, "its checksum is wrong");
    }
    return Optional.of(new String(bytes, 0, length, StandardCharsets.UTF_8));
  }

  /**
   * Reads the text for the one who owns it. A damaged file is reported and set aside; then what it
   * said is not known any more.
   *
   * @param consequence what that means, for people
   * @return empty when there is no such file, or a damaged one
   */
  public Optional<String> readOrSetAside(String consequence) throws IOException {
    try {
      return read();
    } catch (DamagedFileException e) {
      Path aside = file.resolveSibling(file.getFileName() + ".damaged");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      log.error("{}; renamed it to {}: {}", e.getMessage(), aside.getFileName(), consequence);
      return Optional.empty();
    }
  }

  /** As {@link #readOrSetAside}; no lines for no file. */
  public List<String> readLinesOrSetAside(String consequence) throws IOException {
    return readOrSetAside(consequence).map(text -> text.lines().toList()).orElse(List.of());
  }

  private static String lastLine(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return "%s%08x\n".formatted(CHECKSUM, crc.getValue());
  }
}
