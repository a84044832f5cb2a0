package io.forebay.understore.oss;

import com.aliyun.oss.HttpMethod;
import com.aliyun.oss.OSSClient;
import com.aliyun.oss.common.auth.CredentialsProvider;
import com.aliyun.oss.common.comm.DefaultServiceClient;
import com.aliyun.oss.common.comm.RequestMessage;
import com.aliyun.oss.internal.OSSOperation;
import com.aliyun.oss.internal.OSSRequestMessageBuilder;
import com.aliyun.oss.model.ListObjectsV2Request;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * ListObjectsV2 as the client signs and sends it, with a parser of our own: the client's builds a
 * document and a {@code SimpleDateFormat} for each object, which is more than half of the CPU time
 * of listing a large bucket. Thread-safe.
 */
final class OssListing extends OSSOperation implements AutoCloseable {

  private static final OssPageParser PARSER = new OssPageParser();

  private final String bucket;

  /**
   * @param like whose endpoint, region and signature it shares; connections are its own
   */
  OssListing(OSSClient like, CredentialsProvider credentials, String bucket) {
    super(new DefaultServiceClient(like.getClientConfiguration()), credentials);
    OSSOperation same = like.getObjectOperation();
    setEndpoint(same.getEndpoint());
    setRegion(same.getRegion());
    setSignVersion(same.getSignVersion());
    setProduct(same.getProduct());
    setCloudBoxId(same.getCloudBoxId());
    this.bucket = bucket;
  }

  /**
   * One page.
   *
   * @param where it begins and how it is divided, by the protocol's names
   * @param count the most keys and prefixes
   */
  OssPage page(String prefix, int count, Map<String, String> where) {
    Map<String, String> parameters = new LinkedHashMap<>(where);
    parameters.put("list-type", "2");
    parameters.put("prefix", prefix);
    parameters.put("max-keys", Integer.toString(count));
    parameters.put("encoding-type", "url");
    RequestMessage request =
        new OSSRequestMessageBuilder(getInnerClient())
            .setEndpoint(getEndpoint())
            .setMethod(HttpMethod.GET)
            .setBucket(bucket)
            .setParameters(parameters)
            .setOriginalRequest(new ListObjectsV2Request(bucket))
            .build();
    return doOperation(request, PARSER, bucket, null, true); // the parser closes the response
  }

  @Override
  public void close() {
    getInnerClient().shutdown();
  }
}
