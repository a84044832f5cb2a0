package io.forebay.understore;

import java.io.IOException;
import java.net.URI;
import java.util.Map;

/** Opens the under-stores of one URI scheme. Found by {@link java.util.ServiceLoader}. */
public interface UnderStoreProvider {

  /** The scheme in lower case, such as {@code oss}. */
  String scheme();

  /**
   * Opens the tree below a root, without contacting the store.
   *
   * @param root a URI of this scheme
   * @param options by the names that users of the store know; an option that the store does not
   *     have is an error, not ignored
   * @throws IllegalArgumentException for a bad root or option; the message names it
   */
  UnderStore open(URI root, Map<String, String> options) throws IOException;
}
