package io.forebay.understore.s3;

import io.forebay.file.DataPath;
import io.forebay.understore.ObjectKeys;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreProvider;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Opens {@code s3://bucket/prefix} roots with the AWS SDK, which the class path must have. */
public final class S3UnderStoreProvider implements UnderStoreProvider {

  /** Bucket names as Amazon documents them: 3 to 63 of a-z, 0-9, dots and hyphens. */
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

  @Override
  public Set<String> schemes() {
    return Set.of("s3", "s3a");
  }

  @Override
  public Set<String> optionPrefixes() {
    return Set.of("fs.s3a.", "fs.s3.", "aws.", "alluxio.underfs.s3.");
  }

  @Override
  public Set<String> keyOptions() {
    return S3Options.KEYS;
  }

  @Override
  public boolean isSame(String option, String other) {
    return S3Options.canonical(option).equals(S3Options.canonical(other));
  }

  @Override
  public Map<String, String> complete(Map<String, String> options) {
    return S3Options.withEndpoint(options, System.getenv());
  }

  @Override
  public String artifact() {
    return "forebay-understore-s3";
  }

  @Override
  public UnderStore open(URI root, Map<String, String> options) {
    String bucket = root.getAuthority();
    if (bucket == null || !BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException(
          "an s3:// root must name a bucket, such as s3://training-data/images; got " + root);
    }
    String prefix = DataPath.normalize(root.getPath());
    S3Options parsed = S3Options.parse(options);
    ObjectKeys keys = new ObjectKeys(root.getScheme() + "://" + bucket, prefix);
    return new S3UnderStore(S3Clients.create(parsed), bucket, keys, parsed);
  }
}
