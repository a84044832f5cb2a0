package io.forebay.understore.oss;

import io.forebay.file.DataPath;
import io.forebay.understore.ObjectKeys;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreProvider;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Opens {@code oss://bucket/prefix} roots with Alibaba Cloud's official client. */
public final class OssUnderStoreProvider implements UnderStoreProvider {

  /** Bucket names as OSS documents them: 3 to 63 of a-z, 0-9 and inner hyphens. */
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

  @Override
  public Set<String> schemes() {
    return Set.of("oss");
  }

  @Override
  public Set<String> optionPrefixes() {
    return Set.of("fs.oss.");
  }

  @Override
  public Set<String> keyOptions() {
    return OssOptions.KEYS;
  }

  @Override
  public String artifact() {
    return "forebay-understore-oss";
  }

  @Override
  public UnderStore open(URI root, Map<String, String> options) {
    String bucket = root.getAuthority();
    if (bucket == null || !BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException(
          "an oss:// root must name a bucket, such as oss://training-data/images; got " + root);
    }
    String prefix = DataPath.normalize(root.getPath());
    OssOptions parsed = OssOptions.parse(options);
    ObjectKeys keys = new ObjectKeys("oss://" + bucket, prefix);
    return OssClients.open(parsed, options, bucket, keys);
  }
}
