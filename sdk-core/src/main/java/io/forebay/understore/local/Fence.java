package io.forebay.understore.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Tells what is below a root whatever links stand on the way. It looks before the file is opened,
 * so it keeps nobody out who may change links of the tree meanwhile. Thread-safe.
 *
 * @param root may itself be a link
 */
record Fence(Path root) {

  static final String LEADS_OUT = "leads out of the root, which fs.file.fence forbids";

  /**
   * @param path below the root by its name; of what is not there yet its parents count
   */
  boolean holds(Path path) throws IOException {
    Path there = path;
    while (!there.equals(root) && !Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
      there = there.getParent();
    }
    // A link to nothing has no real path. What is made by its name would be made behind it.
    return there.equals(root)
        || (Files.exists(there)
            ? there.toRealPath().startsWith(root.toRealPath())
            : !Files.isSymbolicLink(there));
  }
}
