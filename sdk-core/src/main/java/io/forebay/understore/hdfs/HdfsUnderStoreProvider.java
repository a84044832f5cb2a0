package io.forebay.understore.hdfs;

import io.forebay.file.DataPath;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreProvider;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Opens {@code hdfs://namenode:8020/path} roots with Hadoop's client, which the class path must
 * have. Options are Hadoop's own, such as {@code dfs.nameservices}; {@code hadoop.conf.dir} (or the
 * environment's {@code HADOOP_CONF_DIR}) names the directory of {@code core-site.xml} and {@code
 * hdfs-site.xml}; {@code hadoop.user.name} whom to be where there is no Kerberos.
 */
public final class HdfsUnderStoreProvider implements UnderStoreProvider {

  static final String CONFIGURATION = "hadoop.conf.dir";

  private static final Pattern SECRET =
      Pattern.compile("password|secret|token|credential|keytab", Pattern.CASE_INSENSITIVE);

  @Override
  public Set<String> schemes() {
    return Set.of("hdfs");
  }

  @Override
  public Set<String> optionPrefixes() {
    return Set.of("dfs.", "hadoop.", "ipc.", "fs.hdfs.", "fs.defaultFS", "io.");
  }

  /** Hadoop has options for passwords of key stores and proxies, by many names. */
  @Override
  public boolean isSecret(String option) {
    return SECRET.matcher(option).find();
  }

  @Override
  public Map<String, String> complete(Map<String, String> options) {
    String directory = System.getenv("HADOOP_CONF_DIR");
    Map<String, String> complete = new HashMap<>(options);
    if (directory != null) {
      complete.putIfAbsent(CONFIGURATION, directory);
    }
    return complete;
  }

  @Override
  public String artifact() {
    return "forebay-understore-hdfs";
  }

  @Override
  public UnderStore open(URI root, Map<String, String> options) throws IOException {
    if (root.getAuthority() == null) {
      throw new IllegalArgumentException(
          "an hdfs:// root must name a name node or name service, such as"
              + " hdfs://namenode:8020/data; got "
              + root);
    }
    for (String key : options.keySet()) {
      if (optionPrefixes().stream().noneMatch(key::startsWith)) {
        throw new IllegalArgumentException(
            "unknown option '" + key + "' of an hdfs:// under-store; its options are Hadoop's");
      }
    }
    DataPath.normalize(root.getPath());
    return new HdfsUnderStore(root, complete(options));
  }
}
