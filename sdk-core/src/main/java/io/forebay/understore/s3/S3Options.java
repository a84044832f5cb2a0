package io.forebay.understore.s3;

import io.forebay.understore.StoreSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.ServiceMetadata;

/**
 * The options of an {@code s3://} root, by the names of Hadoop's S3A; those of JindoRuntime and
 * AlluxioRuntime are understood too.
 *
 * @param endpoint {@code fs.s3a.endpoint}: host or URL; else the environment's {@code
 *     AWS_ENDPOINT_URL_S3} or {@code AWS_ENDPOINT_URL}, else Amazon's own
 * @param region {@code fs.s3a.endpoint.region}
 * @param pathStyle {@code fs.s3a.path.style.access}: bucket in the path, not in the host name
 * @param accessKey {@code fs.s3a.access.key}; without it the AWS SDK's own chain is asked
 * @param secretKey {@code fs.s3a.secret.key}
 * @param sessionToken {@code fs.s3a.session.token}
 * @param provider {@code fs.s3a.aws.credentials.provider}: a class, or {@code environment} for the
 *     AWS SDK's own chain
 * @param connectTimeoutMillis {@code fs.s3a.connection.establish.timeout}
 * @param readTimeoutMillis {@code fs.s3a.connection.timeout}: longest silence on a connection
 * @param maxConnections {@code fs.s3a.connection.maximum}
 * @param partBytes {@code fs.s3a.multipart.size}: larger files are uploaded in such parts
 * @param checked {@code fs.s3a.checksum.validation}: whole objects are compared with their
 *     checksums. By default at Amazon's; stores that only speak the protocol may refuse a request
 *     that asks for them
 */
record S3Options(
    String endpoint,
    String region,
    boolean pathStyle,
    Optional<String> accessKey,
    Optional<String> secretKey,
    Optional<String> sessionToken,
    Optional<String> provider,
    int connectTimeoutMillis,
    int readTimeoutMillis,
    int maxConnections,
    int partBytes,
    boolean checked) {

  static final String ENDPOINT = "fs.s3a.endpoint";
  static final String REGION = "fs.s3a.endpoint.region";
  static final String ACCESS_KEY = "fs.s3a.access.key";
  static final String SECRET_KEY = "fs.s3a.secret.key";
  static final String PROVIDER = "fs.s3a.aws.credentials.provider";

  private static final String SESSION_TOKEN = "fs.s3a.session.token";

  /** What {@link #PROVIDER} says for the AWS SDK's own chain. */
  static final String ENVIRONMENT = "environment";

  static final Set<String> KEYS = Set.of(ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, PROVIDER);

  private static final String PATH_STYLE = "fs.s3a.path.style.access";
  private static final String SSL = "fs.s3a.connection.ssl.enabled";
  private static final String CONNECT_TIMEOUT = "fs.s3a.connection.establish.timeout";
  private static final String READ_TIMEOUT = "fs.s3a.connection.timeout";
  private static final String MAX_CONNECTIONS = "fs.s3a.connection.maximum";
  private static final String PART_SIZE = "fs.s3a.multipart.size";
  private static final String CHECKED = "fs.s3a.checksum.validation";
  private static final String VIRTUAL_HOSTS = "alluxio.underfs.s3.disable.dns.buckets";

  private static final Set<String> KNOWN =
      Set.of(
          ENDPOINT,
          REGION,
          ACCESS_KEY,
          SECRET_KEY,
          PROVIDER,
          SESSION_TOKEN,
          PATH_STYLE,
          SSL,
          CONNECT_TIMEOUT,
          READ_TIMEOUT,
          MAX_CONNECTIONS,
          PART_SIZE,
          CHECKED);

  private static final Map<String, String> SYNONYMS =
      Map.ofEntries(
          Map.entry("fs.s3.endpoint", ENDPOINT),
          Map.entry("fs.s3.region", REGION),
          Map.entry("fs.s3.accessKeyId", ACCESS_KEY),
          Map.entry("fs.s3.accessKeySecret", SECRET_KEY),
          Map.entry("aws.accessKeyId", ACCESS_KEY),
          Map.entry("aws.secretKey", SECRET_KEY),
          Map.entry("aws.sessionToken", SESSION_TOKEN),
          Map.entry("aws.region", REGION),
          Map.entry("alluxio.underfs.s3.endpoint", ENDPOINT),
          Map.entry("alluxio.underfs.s3.endpoint.region", REGION),
          Map.entry("alluxio.underfs.s3.region", REGION),
          Map.entry(VIRTUAL_HOSTS, PATH_STYLE));

  /** The name that this project uses for an option. */
  static String canonical(String option) {
    return SYNONYMS.getOrDefault(option, option);
  }

  /** Options that say where the store is, whatever process reads them. */
  static Map<String, String> withEndpoint(
      Map<String, String> options, Map<String, String> environment) {
    Map<String, String> complete = new HashMap<>(options);
    complete
        .entrySet()
        .removeIf(o -> canonical(o.getKey()).equals(ENDPOINT) && o.getValue().isBlank());
    if (complete.keySet().stream().noneMatch(option -> canonical(option).equals(ENDPOINT))) {
      String given =
          environment.getOrDefault("AWS_ENDPOINT_URL_S3", environment.get("AWS_ENDPOINT_URL"));
      complete.put(ENDPOINT, given != null ? given : amazons(region(options)));
    }
    return complete;
  }

  private static String amazons(String region) {
    return "https://" + ServiceMetadata.of("s3").endpointFor(Region.of(region));
  }

  private static String region(Map<String, String> options) {
    return StoreSettings.of("s3://", KNOWN, SYNONYMS, options).text(REGION, "us-east-1");
  }

  static S3Options parse(Map<String, String> options) {
    StoreSettings settings =
        StoreSettings.of("s3://", KNOWN, SYNONYMS, withEndpoint(options, System.getenv()));
    Optional<String> accessKey = settings.text(ACCESS_KEY);
    Optional<String> secretKey = settings.text(SECRET_KEY);
    if (accessKey.isPresent() != secretKey.isPresent()) {
      throw new IllegalArgumentException(
          "the options "
              + ACCESS_KEY
              + " and "
              + SECRET_KEY
              + " must be set together; one is missing");
    }
    String scheme = settings.flag(SSL, true) ? "https://" : "http://";
    String given = settings.address(ENDPOINT).orElseThrow();
    String endpoint = given.contains("://") ? given : scheme + given;
    return new S3Options(
        endpoint,
        region(options),
        settings.flag(PATH_STYLE, false),
        accessKey,
        secretKey,
        settings.text(SESSION_TOKEN),
        settings.text(PROVIDER),
        settings.number(CONNECT_TIMEOUT, 3_000, 1, 600_000),
        settings.number(READ_TIMEOUT, 10_000, 1, 600_000),
        settings.number(MAX_CONNECTIONS, 256, 1, 65_536),
        settings.number(PART_SIZE, 16 << 20, 5 << 20, 1 << 30),
        settings.flag(CHECKED, endpoint.equals(amazons(region(options)))));
  }
}
