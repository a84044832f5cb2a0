package io.forebay.understore.local;

import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreProvider;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Opens {@code file:} roots. There are no options. */
public final class LocalUnderStoreProvider implements UnderStoreProvider {

  @Override
  public Set<String> schemes() {
    return Set.of("file");
  }

  @Override
  public Set<String> optionPrefixes() {
    return Set.of();
  }

  @Override
  public boolean isLocal() {
    return true;
  }

  @Override
  public UnderStore open(URI root, Map<String, String> options) {
    if (!options.isEmpty()) {
      throw new IllegalArgumentException(
          "a file: under-store has no options, but got " + options.keySet());
    }
    String path = root.getPath();
    if (path == null || path.isEmpty() || (root.getHost() != null && !root.getHost().isEmpty())) {
      throw new IllegalArgumentException(
          "a file: root must name an absolute directory, such as file:/data/images; got " + root);
    }
    return new LocalUnderStore(Path.of(path).normalize());
  }
}
