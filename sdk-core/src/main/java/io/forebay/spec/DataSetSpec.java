package io.forebay.spec;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a data set is: a name, and where its files really live.
 *
 * @param name what readers ask for, and part of every {@code FileId}: processes that share a cache
 *     must use the same name for the same data
 * @param mounts at least one, each at a path of its own; a mount inside another one hides what that
 *     has there
 * @param policy how it is kept in the cache
 */
public record DataSetSpec(String name, List<Mount> mounts, CachePolicy policy) {

  public DataSetSpec {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a data set must have a name");
    }
    mounts = List.copyOf(mounts);
    if (mounts.isEmpty()) {
      throw new IllegalArgumentException("data set '" + name + "' has no mount");
    }
    Set<String> paths = new HashSet<>();
    for (Mount mount : mounts) {
      if (!paths.add(mount.path())) {
        throw new IllegalArgumentException(
            "two mounts of data set '" + name + "' have the path '/" + mount.path() + "'");
      }
    }
  }

  /** A data set with one root. */
  public DataSetSpec(String name, URI root, Map<String, String> options, CachePolicy policy) {
    this(name, List.of(Mount.of(root, options)), policy);
  }

  /** A data set with one root and the usual policy. */
  public DataSetSpec(String name, URI root, Map<String, String> options) {
    this(name, root, options, CachePolicy.DEFAULT);
  }

  /** A data set whose name is its root. */
  public static DataSetSpec of(URI root, Map<String, String> options) {
    String text = root.toString();
    while (text.endsWith("/") && !text.endsWith(":/") && !text.endsWith("//")) {
      text = text.substring(0, text.length() - 1);
    }
    return new DataSetSpec(text, URI.create(text), options);
  }

  /** Whether this is what readers mean: the name, or the root of a data set that has but one. */
  public boolean isNamed(String nameOrRoot) {
    return name.equals(nameOrRoot)
        || (mounts.size() == 1
            && mounts.get(0).path().isEmpty()
            && mounts.get(0).root().toString().equals(nameOrRoot));
  }

  @Override
  public String toString() {
    return "data set '" + name + "': " + mounts;
  }
}
