package io.forebay.understore.oss;

import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.OSSClient;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.common.auth.CredentialsProvider;
import com.aliyun.oss.common.comm.SignVersion;
import io.forebay.understore.ObjectKeys;
import io.forebay.understore.UnderStore;
import java.util.Map;

/** Makes clients of the store: the first class that needs its library. */
final class OssClients {

  private OssClients() {}

  static UnderStore open(
      OssOptions parsed, Map<String, String> options, String bucket, ObjectKeys keys) {
    CredentialsProvider credentials = OssCredentials.of(options, System.getenv());
    OSSClient client = client(parsed, credentials);
    OssListing listing = new OssListing(client, credentials, bucket);
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
