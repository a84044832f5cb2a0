package io.forebay.understore.local;

import io.forebay.understore.StoreSettings;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreProvider;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Opens {@code file:} roots. With {@value #FENCE} nothing is read or written where a link leads out
 * of the root.
 */
public final class LocalUnderStoreProvider implements UnderStoreProvider {

  private static final String FENCE = "fs.file.fence";

  @Override
  public Set<String> schemes() {
    return Set.of("file");
  }

  @Override
  public Set<String> optionPrefixes() {
    return Set.of("fs.file.");
  }

  @Override
  public boolean isLocal() {
    return true;
  }

  @Override
  public UnderStore open(URI root, Map<String, String> options) {
    StoreSettings settings = StoreSettings.of("file:", Set.of(FENCE), Map.of(), options);
    String path = root.getPath();
    if (path == null || path.isEmpty() || (root.getHost() != null && !root.getHost().isEmpty())) {
      throw new IllegalArgumentException(
          "a file: root must name an absolute directory, such as file:/data/images; got " + root);
    }
    return new LocalUnderStore(Path.of(path).normalize(), settings.flag(FENCE, false));
  }
}
