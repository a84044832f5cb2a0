package io.forebay.kubernetes.csi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Tokens of volumes, in files that the processes of their mounts read again when they change. The
 * kubelet publishes each volume again about once a minute, with the secret as it is then.
 *
 * @param directory in memory, of this user alone
 */
record Tokens(Path directory) {

  /** Key of a token in the secret of a volume. */
  static final String SECRET = "token";

  private static final FileAttribute<?> DIRECTORY_OF_OWNER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> FILE_OF_OWNER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** Its file, with the token that the volume has now. */
  Optional<Path> write(Volume volume) throws IOException {
    String token = volume.secrets().get(SECRET);
    if (token == null) {
      return Optional.empty();
    }
    Path file = directory.resolve(volume.key());
    if (!isWritten(file, token)) {
      Files.createDirectories(directory, DIRECTORY_OF_OWNER);
      Path complete = Files.createTempFile(directory, "new-", "", FILE_OF_OWNER);
      Files.writeString(complete, token);
      Files.move(complete, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return Optional.of(file);
  }

  private static boolean isWritten(Path file, String token) throws IOException {
    try {
      return Files.readString(file).equals(token);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  void remove(String key) throws IOException {
    Files.deleteIfExists(directory.resolve(key));
  }
}
