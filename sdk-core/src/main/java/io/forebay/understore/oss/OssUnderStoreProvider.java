package io.forebay.understore.oss;

import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.OSSClient;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.common.auth.CredentialsProvider;
import com.aliyun.oss.common.comm.SignVersion;
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
  public UnderStore open(URI root, Map<String, String> options) {
    String bucket = root.getAuthority();
    if (bucket == null || !BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException(
          "an oss:// root must name a bucket, such as oss://training-data/images; got " + root);
    }
    String prefix = DataPath.normalize(root.getPath());
    OssOptions parsed = OssOptions.parse(options);
    CredentialsProvider credentials = OssCredentials.of(options, System.getenv());
    OSSClient client = client(parsed, credentials);
    OssListing listing = new OssListing(client, credentials, bucket);
    ObjectKeys keys = new ObjectKeys("oss://" + bucket, prefix);
    return new OssUnderStore(client, listing, bucket, keys, parsed);
  }

  private static OSSClient client(OssOptions parsed, CredentialsProvider credentials) {
    ClientBuilderConfiguration configuration = new ClientBuilderConfiguration();
    configuration.setConnectionTimeout(parsed.connectTimeoutMillis());
    configuration.setConnectionRequestTimeout(parsed.readTimeoutMillis());
    configuration.setSocketTimeout(parsed.readTimeoutMillis());
    configuration.setMaxConnections(parsed.maxConnections());
    configuration.setSignatureVersion(parsed.v4() ? SignVersion.V4 : SignVersion.V1);
    configuration.setRetryStrategy(new StatusKeeper());
    // OSS itself sends nobody elsewhere, and what stands there is not the object.
    configuration.setRedirectEnable(false);
    configuration.setUserAgent("forebay");
    // The client would compute a CRC64 of each byte, twice, that it cannot compare for a range: a
    // third of the CPU time of a warm-up. Uploads carry an MD5 that the store checks.
    configuration.setCrcCheckEnabled(false);
    var builder =
        OSSClientBuilder.create()
            .endpoint(parsed.endpoint())
            .credentialsProvider(credentials)
            .clientConfiguration(configuration);
    if (!parsed.region().isEmpty()) {
      builder.region(parsed.region());
    }
    return (OSSClient) builder.build();
  }
}
