package io.forebay.metadata;

import io.forebay.file.FileId;
import java.nio.file.Path;

/**
 * Where files are in a tier directory. A file under its plain name is complete and never changes
 * again; while blocks are missing it carries the suffix {@code .part}, which a reader of another
 * process never opens.
 */
public final class TierLayout {

  public static final String PART = ".part";

  private TierLayout() {}

  /** {@code <tier>/<first two digits>/<FileId>}. */
  public static Path complete(Path tier, FileId id) {
    return resolve(tier, id.toString());
  }

  /** The tier directory of a complete file. */
  public static Path tierOf(Path complete) {
    return complete.getParent().getParent();
  }

  public static Path part(Path tier, FileId id) {
    return resolve(tier, id + PART);
  }

  private static Path resolve(Path tier, String name) {
    return tier.resolve(name.substring(0, 2) + "/" + name);
  }
}
