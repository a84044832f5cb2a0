package io.forebay.understore.hdfs;

import io.forebay.DataPath;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreProvider;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;

/**
 * Opens {@code hdfs://namenode:8020/path} roots with Hadoop's client, which the class path must
 * have. Options are Hadoop's own, such as {@code dfs.nameservices}; {@code hadoop.conf.dir} (or the
 * environment's {@code HADOOP_CONF_DIR}) names the directory of {@code core-site.xml} and {@code
 * hdfs-site.xml}; {@code hadoop.user.name} whom to be where there is no Kerberos.
 */
public final class HdfsUnderStoreProvider implements UnderStoreProvider {

  @Override
  public Set<String> schemes() {
    return Set.of("hdfs");
  }

  @Override
  public Set<String> optionPrefixes() {
    return Set.of("dfs.", "hadoop.", "ipc.", "fs.hdfs.", "fs.defaultFS", "io.");
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
    try {
      return new HdfsUnderStore(root, options);
    } catch (NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          "hdfs:// roots need Hadoop's client, which is not on the class path; add"
              + " org.apache.hadoop:hadoop-client-api and org.apache.hadoop:hadoop-client-runtime",
          e);
    }
  }
}
