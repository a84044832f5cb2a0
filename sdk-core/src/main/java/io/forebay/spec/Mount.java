package io.forebay.spec;

import io.forebay.file.DataPath;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a part of a data set really lives.
 *
 * @param path where it appears inside the data set; empty for all of the data set
 * @param root for example {@code oss://bucket/prefix}, {@code s3://bucket}, {@code
 *     hdfs://namenode:8020/data} or {@code file:/data/images}
 * @param options the under-store's options, such as {@code fs.oss.endpoint}; may hold secrets, so
 *     {@link #toString()} prints the keys only
 * @param secrets options whose values stand elsewhere and may change there at any time
 * @param readOnly whether writes are refused
 */
public record Mount(
    String path,
    URI root,
    Map<String, String> options,
    Map<String, SecretRef> secrets,
    boolean readOnly) {

  public Mount {
    path = DataPath.normalize(path);
    options = Map.copyOf(options);
    secrets = Map.copyOf(secrets);
    if (String.valueOf(root.getRawAuthority()).contains("@")) {
      throw new IllegalArgumentException(
          "a root must not contain keys; give them in a file, a secret or options");
    }
    if (root.getScheme() == null) {
      throw new IllegalArgumentException(
          "'" + root + "' has no scheme; use for example oss://bucket/prefix or file:/directory");
    }
  }

  /** All of a data set, to be read and written. */
  public static Mount of(URI root, Map<String, String> options) {
    return new Mount("", root, options, Map.of(), false);
  }

  @Override
  public String toString() {
    return root
        + (path.isEmpty() ? "" : " at " + path)
        + (readOnly ? " (read-only)" : "")
        + " with options "
        + new TreeMap<>(options).keySet()
        + (secrets.isEmpty() ? "" : " and " + new TreeMap<>(secrets));
  }
}
