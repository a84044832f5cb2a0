package io.forebay.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Names a value that must not stand in a configuration, as Kubernetes' {@code secretKeyRef} does.
 * The value is the content of the first file {@code directory/name/key} that is there, which is how
 * Kubernetes mounts secrets; or else what came with the reference; or else the value of the
 * environment variable {@code FOREBAY_SECRET_NAME_KEY}, in upper case with {@code _} for all that
 * is no letter or digit.
 *
 * @param directories of secrets
 * @param given the value that came with the reference, in a {@code Secret} of the same manifest
 */
public record SecretRef(List<Path> directories, String name, String key, Optional<String> given) {

  public SecretRef {
    directories = List.copyOf(directories);
    if (!isName(name) || !isName(key)) {
      throw new IllegalArgumentException(
          "'" + name + "' and '" + key + "' are not valid names of a secret and its key");
    }
  }

  /** A reference that came without a value. */
  public SecretRef(List<Path> directories, String name, String key) {
    this(directories, name, key, Optional.empty());
  }

  /**
   * Whether this may name a secret, or a key in one: the characters that Kubernetes allows. None of
   * them leads out of the directory.
   */
  public static boolean isName(String text) {
    return text.matches("[-._a-zA-Z0-9]+") && !text.startsWith(".");
  }

  /**
   * The value as it is now.
   *
   * @throws IOException naming all places where it was looked for
   */
  public String read() throws IOException {
    for (Path directory : directories) {
      try {
        return Files.readString(file(directory)).strip();
      } catch (NoSuchFileException e) {
        // Perhaps it is somewhere else.
      }
    }
    if (given.isPresent()) {
      return given.get();
    }
    String value = System.getenv(variable());
    if (value == null) {
      List<String> places = new ArrayList<>();
      directories.forEach(directory -> places.add("the file " + file(directory)));
      places.add("the environment variable " + variable());
      throw new IOException(
          "the secret "
              + this
              + " is missing: there is "
              + (places.size() == 1 ? "no value in " : "neither ")
              + String.join(" nor ", places)
              + "; to use another directory of secrets, set 'secrets' in the server's"
              + " configuration or FOREBAY_SECRETS");
    }
    return value;
  }

  private Path file(Path directory) {
    return directory.resolve(name).resolve(key);
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
