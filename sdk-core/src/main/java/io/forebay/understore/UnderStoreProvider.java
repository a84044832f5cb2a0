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
   * Opens the tree below a root, without contacting the store.
   *
   * @param root a URI of one of the schemes
   * @param options by the names that users of the store know; an option that the store does not
   *     have is an error, not ignored
   * @throws IllegalArgumentException for a bad root or option; the message names it
   */
  UnderStore open(URI root, Map<String, String> options) throws IOException;
}
