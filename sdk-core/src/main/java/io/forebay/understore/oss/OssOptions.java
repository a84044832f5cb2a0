package io.forebay.understore.oss;

import io.forebay.understore.StoreSettings;
import java.util.Map;
import java.util.Set;

/**
 * The options of an {@code oss://} root, by the names that users of JindoSDK know.
 *
 * @param endpoint {@code fs.oss.endpoint}: host, or URL, of the region's OSS endpoint
 * @param region {@code fs.oss.region}, needed by V4 signatures; empty if not given
 * @param v4 {@code fs.oss.signature.version}: V1 or V4; V4 by default where a region is given
 * @param connectTimeoutMillis {@code fs.oss.connection.timeout.millisecond}
 * @param readTimeoutMillis {@code fs.oss.timeout.millisecond}: longest silence on a connection
 * @param maxConnections {@code fs.oss.connection.maximum}
 * @param partBytes {@code fs.oss.multipart.part.size}: larger files are uploaded in such parts
 * @param checked {@code fs.oss.checksum.validation}: whole objects are compared with their CRC64.
 *     Not by default, for that takes an eighth of the CPU time of a warm-up
 */
record OssOptions(
    String endpoint,
    String region,
    boolean v4,
    int connectTimeoutMillis,
    int readTimeoutMillis,
    int maxConnections,
    int partBytes,
    boolean checked) {

  static final String ENDPOINT = "fs.oss.endpoint";
  static final String ACCESS_KEY_ID = "fs.oss.accessKeyId";
  static final String ACCESS_KEY_SECRET = "fs.oss.accessKeySecret";
  static final String SECURITY_TOKEN = "fs.oss.securityToken";
  static final String CREDENTIALS_FILE = "fs.oss.credentials.file";
  static final String CREDENTIALS_PROVIDER = "fs.oss.credentials.provider";

  private static final String REGION = "fs.oss.region";
  private static final String SIGNATURE = "fs.oss.signature.version";
  private static final String CONNECT_TIMEOUT = "fs.oss.connection.timeout.millisecond";
  private static final String READ_TIMEOUT = "fs.oss.timeout.millisecond";
  private static final String MAX_CONNECTIONS = "fs.oss.connection.maximum";
  private static final String PART_SIZE = "fs.oss.multipart.part.size";

  private static final String CHECKED = "fs.oss.checksum.validation";

  /** What {@link #CREDENTIALS_PROVIDER} says for the keys in the process's environment. */
  static final String ENVIRONMENT = "environment";

  static final Set<String> KEYS =
      Set.of(
          ACCESS_KEY_ID, ACCESS_KEY_SECRET, SECURITY_TOKEN, CREDENTIALS_FILE, CREDENTIALS_PROVIDER);

  private static final Set<String> KNOWN =
      Set.of(
          ENDPOINT,
          ACCESS_KEY_ID,
          ACCESS_KEY_SECRET,
          SECURITY_TOKEN,
          CREDENTIALS_FILE,
          CREDENTIALS_PROVIDER,
          REGION,
          SIGNATURE,
          CONNECT_TIMEOUT,
          READ_TIMEOUT,
          MAX_CONNECTIONS,
          PART_SIZE,
          CHECKED);

  static OssOptions parse(Map<String, String> options) {
    StoreSettings settings = StoreSettings.of("oss://", KNOWN, Map.of(), options);
    String endpoint =
        settings
            .address(ENDPOINT)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "an oss:// root needs the option "
                            + ENDPOINT
                            + ", such as oss-cn-hangzhou-internal.aliyuncs.com"));
    String region = settings.text(REGION, "");
    String signature = settings.text(SIGNATURE, region.isEmpty() ? "V1" : "V4");
    if (!signature.equals("V1") && !signature.equals("V4")) {
      throw new IllegalArgumentException(SIGNATURE + " is '" + signature + "'; use V1 or V4");
    }
    if (signature.equals("V4") && region.isEmpty()) {
      throw new IllegalArgumentException(
          "V4 signatures need the option " + REGION + ", such as cn-hangzhou");
    }
    return new OssOptions(
        endpoint,
        region,
        signature.equals("V4"),
        settings.number(CONNECT_TIMEOUT, 3_000, 1, 600_000),
        settings.number(READ_TIMEOUT, 10_000, 1, 600_000),
        settings.number(MAX_CONNECTIONS, 256, 1, 65_536),
        settings.number(PART_SIZE, 16 << 20, 100 << 10, 1 << 30),
        settings.flag(CHECKED, false));
  }
}
