package io.forebay;

import java.net.URI;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a data set is: a name, where its files really live, and the under-store's options.
 *
 * @param name what readers ask for, and part of every {@code FileId}: processes that share a cache
 *     must use the same name for the same data
 * @param root for example {@code oss://bucket/prefix} or {@code file:/data/images}
 * @param options the under-store's options, such as {@code fs.oss.endpoint}; may hold secrets, so
 *     {@link #toString()} prints the keys only
 * @param policy how it is kept in the cache
 */
public record DataSetSpec(String name, URI root, Map<String, String> options, CachePolicy policy) {

  /** A data set with the usual policy. */
  public DataSetSpec(String name, URI root, Map<String, String> options) {
    this(name, root, options, CachePolicy.DEFAULT);
  }

  public DataSetSpec {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a data set needs a name");
    }
    if (root.getScheme() == null) {
      throw new IllegalArgumentException(
          "the root of data set '"
              + name
              + "' has no scheme: '"
              + root
              + "'; use for example oss://bucket/prefix or file:/directory");
    }
    options = Map.copyOf(options);
  }

  /** A data set whose name is its root. */
  public static DataSetSpec of(URI root, Map<String, String> options) {
    String text = root.toString();
    while (text.endsWith("/") && !text.endsWith(":/") && !text.endsWith("//")) {
      text = text.substring(0, text.length() - 1);
    }
    return new DataSetSpec(text, URI.create(text), options);
  }

  @Override
  public String toString() {
    return "data set '"
        + name
        + "' at "
        + root
        + " with options "
        + new TreeMap<>(options).keySet();
  }
}
