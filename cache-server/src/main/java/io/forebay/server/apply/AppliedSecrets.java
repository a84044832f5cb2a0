package io.forebay.server.apply;

import io.forebay.dataset.spec.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The secrets that operators gave to the running server: a file for each key, as Kubernetes mounts
 * secrets, which the server's user alone can read. Used by one thread at a time.
 */
final class AppliedSecrets {

  private static final FileAttribute<?> OWN_DIRECTORY = owner("rwx------");
  private static final FileAttribute<?> OWN_FILE = owner("rw-------");

  private final Path directory;

  AppliedSecrets(Path directory) {
    this.directory = directory;
  }

  /** Where a server keeps them. */
  static Path of(Path nodeDirectory) {
    return nodeDirectory.resolve("applied-secrets");
  }

  private static FileAttribute<?> owner(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }

  /**
   * Keeps a secret in place of what had its name.
   *
   * @return what became of it: created, changed or unchanged
   */
  String keep(Manifest.Secret secret) throws IOException {
    Path kept = directory.resolve(secret.name());
    Map<String, String> before = read(kept);
    if (before.equals(secret.values())) {
      return "unchanged";
    }
    Files.createDirectories(kept, OWN_DIRECTORY);
    for (Map.Entry<String, String> value : secret.values().entrySet()) {
      Path unfinished = kept.resolve(".new"); // no key begins with a dot
      Files.deleteIfExists(unfinished);
      Files.createFile(unfinished, OWN_FILE);
      Files.writeString(unfinished, value.getValue());
      Files.move(unfinished, kept.resolve(value.getKey()), StandardCopyOption.ATOMIC_MOVE);
    }
    for (String key : before.keySet()) {
      if (!secret.values().containsKey(key)) {
        Files.deleteIfExists(kept.resolve(key));
      }
    }
    return before.isEmpty() ? "created" : "changed";
  }

  void drop(String name) throws IOException {
    Path kept = directory.resolve(name);
    for (Path file : files(kept)) {
      Files.delete(file);
    }
    Files.deleteIfExists(kept);
  }

  private static Map<String, String> read(Path kept) throws IOException {
    Map<String, String> values = new HashMap<>();
    for (Path file : files(kept)) {
      values.put(file.getFileName().toString(), Files.readString(file));
    }
    return values;
  }

  private static List<Path> files(Path kept) throws IOException {
    if (!Files.isDirectory(kept)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(kept)) {
      return files.toList();
    }
  }
}
