package io.forebay.understore;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;

/** Opens the under-stores of some URI schemes. Found by {@link java.util.ServiceLoader}. */
public interface UnderStoreProvider {

  /** In lower case, such as {@code oss}. */
  Set<String> schemes();

  /** What the names of this store's options start with, such as {@code fs.oss.}. */
  Set<String> optionPrefixes();

  /**
   * The options that give the keys with which the store is asked, or say where they are. Each of
   * them is enough to say that keys were given for this store. Empty for a store without keys.
   */
  default Set<String> keyOptions() {
    return Set.of();
  }

  /** Whether an option's value must stay in this process. */
  default boolean isSecret(String option) {
    return keyOptions().stream().anyMatch(key -> isSame(key, option));
  }

  /** Whether two names mean the same option. */
  default boolean isSame(String option, String other) {
    return option.equals(other);
  }

  /**
   * Options with what this process's environment, or the store's own usage, adds to them and where
   * the data lives depends on. So another process with another environment finds the same store.
   */
  default Map<String, String> complete(Map<String, String> options) {
    return options;
  }

  /** Whether a root is a place of this machine, and another one on any other. */
  default boolean isLocal() {
    return false;
  }

  /**
   * The artifact of {@code io.forebay} that brings the store's client library; empty where none is
   * needed.
   */
  default String artifact() {
    return "";
  }

  /**
   * Opens the tree below a root, without contacting the store.
   *
   * @param root a URI of one of the schemes
   * @param options by the names that users of the store know; an option that the store does not
   *     have is an error, not ignored
   * @throws IllegalArgumentException for a bad root or option; the message names it
   * @throws NoClassDefFoundError when the client library is not on the class path
   */
  UnderStore open(URI root, Map<String, String> options) throws IOException;
}
