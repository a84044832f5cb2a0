package io.forebay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Names a value that must not stand in a configuration, as Kubernetes' {@code secretKeyRef} does.
 * The value is the content of the file {@code directory/name/key}, which is how Kubernetes mounts
 * secrets, or else of the environment variable {@code FOREBAY_SECRET_NAME_KEY}, in upper case with
 * {@code _} for all that is no letter or digit.
 *
 * @param directory of secrets; empty where there is only the environment
 */
public record SecretRef(Optional<Path> directory, String name, String key) {

  public SecretRef {
    if (!isName(name) || !isName(key)) {
      throw new IllegalArgumentException(
          "'" + name + "' and '" + key + "' are no names of a secret and a key in it");
    }
  }

  /** The characters that Kubernetes allows; none of them leads out of the directory. */
  private static boolean isName(String text) {
    return text.matches("[-._a-zA-Z0-9]+") && !text.startsWith(".");
  }

  /**
   * The value as it is now.
   *
   * @throws IOException naming all places where it was looked for
   */
  public String read() throws IOException {
    if (directory.isPresent()) {
      try {
        return Files.readString(file()).strip();
      } catch (NoSuchFileException e) {
        // Perhaps the environment has it.
      }
    }
    String value = System.getenv(variable());
    if (value == null) {
      throw new IOException(
          "the secret "
              + this
              + " is neither in the environment ("
              + variable()
              + ")"
              + directory.map(d -> " nor in the file " + file()).orElse("")
              + "; the secrets' directory is set by 'secrets' in the server's configuration or by"
              + " FOREBAY_SECRETS");
    }
    return value;
  }

  private Path file() {
    return directory.orElseThrow().resolve(name).resolve(key);
  }

  private String variable() {
    return ("FOREBAY_SECRET_" + name + "_" + key)
        .toUpperCase(Locale.ROOT)
        .replaceAll("[^A-Z0-9]", "_");
  }

  /** Name and key, never the value. */
  @Override
  public String toString() {
    return name + "/" + key;
  }
}
