package io.forebay.samples.oss;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks the {@code Authorization} header. Source: OSS API reference, "Include signatures in the
 * Authorization header" (V1) and "Include V4 signatures in the Authorization header".
 */
final class Signatures {

  private static final Duration MOST_SKEW = Duration.ofMinutes(15);
  private static final DateTimeFormatter V4_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /** The parameters that are part of the resource in V1, as far as this server knows them. */
  private static final Set<String> V1_PARAMETERS =
      Set.of("uploads", "uploadId", "partNumber", "continuation-token", "security-token");

  private volatile Map<String, String> secretsById;

  Signatures(Map<String, String> secretsById) {
    this.secretsById = Map.copyOf(secretsById);
  }

  /** From now on there is only this key. */
  void rotate(String id, String secret) {
    secretsById = Map.of(id, secret);
  }

  void check(Request request) {
    String authorization = request.header("Authorization");
    if (authorization.startsWith("OSS4-HMAC-SHA256 ")) {
      checkV4(request, authorization);
    } else if (authorization.startsWith("OSS ")) {
      checkV1(request, authorization);
    } else {
      throw new OssError(403, "AccessDenied", "The bucket does not allow anonymous access.");
    }
  }

  private void checkV1(Request request, String authorization) {
    int colon = authorization.indexOf(':');
    String secret = secret(colon < 0 ? "" : authorization.substring(4, colon));
    String date = request.header("Date");
    Instant sent;
    try {
      sent = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeParseException e) {
      throw new OssError(403, "AccessDenied", "The Date header is missing or malformed.");
    }
    checkTime(sent);
    StringBuilder text =
        new StringBuilder()
            .append(request.method())
            .append('\n')
            .append(request.header("Content-MD5"))
            .append('\n')
            .append(request.header("Content-Type"))
            .append('\n')
            .append(date)
            .append('\n');
    ossHeaders(request).forEach((n, v) -> text.append(n).append(':').append(v).append('\n'));
    text.append(request.path());
    char separator = '?';
    for (Map.Entry<String, String> parameter : request.query().entrySet()) {
      if (V1_PARAMETERS.contains(parameter.getKey())) {
        text.append(separator).append(parameter.getKey());
        if (!parameter.getValue().isEmpty()) {
          text.append('=').append(parameter.getValue());
        }
        separator = '&';
      }
    }
    String expected =
        Base64.getEncoder().encodeToString(hmac("HmacSHA1", utf8(secret), text.toString()));
    compare(expected, authorization.substring(colon + 1));
  }

  private void checkV4(Request request, String authorization) {
    Map<String, String> fields = new TreeMap<>();
    for (String field : authorization.substring(authorization.indexOf(' ') + 1).split(",", -1)) {
      int equal = field.indexOf('=');
      if (equal > 0) {
        fields.put(field.substring(0, equal).strip(), field.substring(equal + 1).strip());
      }
    }
    List<String> credential = List.of(fields.getOrDefault("Credential", "").split("/"));
    if (credential.size() != 5) {
      throw new OssError(400, "InvalidArgument", "The Credential field is malformed.");
    }
    String secret = secret(credential.get(0));
    String time = request.header("x-oss-date");
    try {
      checkTime(V4_TIME.parse(time, Instant::from));
    } catch (DateTimeParseException e) {
      throw new OssError(403, "AccessDenied", "The x-oss-date header is missing or malformed.");
    }
    Map<String, String> headers = ossHeaders(request);
    for (String standard : List.of("content-type", "content-md5")) {
      if (!request.header(standard).isEmpty()) {
        headers.put(standard, request.header(standard));
      }
    }
    String additional = fields.getOrDefault("AdditionalHeaders", "");
    for (String name : additional.split(";", -1)) {
      if (!name.isEmpty()) {
        headers.put(name, request.header(name));
      }
    }
    StringBuilder canonical =
        new StringBuilder()
            .append(request.method())
            .append('\n')
            .append(encode(request.path(), true))
            .append('\n');
    char separator = 0;
    for (Map.Entry<String, String> parameter : request.query().entrySet()) {
      if (separator != 0) {
        canonical.append(separator);
      }
      canonical.append(encode(parameter.getKey(), false));
      if (!parameter.getValue().isEmpty()) {
        canonical.append('=').append(encode(parameter.getValue(), false));
      }
      separator = '&';
    }
    canonical.append('\n');
    headers.forEach((n, v) -> canonical.append(n).append(':').append(v).append('\n'));
    canonical.append('\n').append(additional).append('\n').append("UNSIGNED-PAYLOAD");

    String scope = String.join("/", credential.subList(1, 5));
    String text = "OSS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + sha256(canonical.toString());
    byte[] key = utf8("aliyun_v4" + secret);
    for (String part : credential.subList(1, 5)) {
      key = hmac("HmacSHA256", key, part);
    }
    compare(
        HexFormat.of().formatHex(hmac("HmacSHA256", key, text)),
        fields.getOrDefault("Signature", ""));
  }

  private String secret(String id) {
    String secret = secretsById.get(id);
    if (secret == null) {
      throw new OssError(
          403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist.");
    }
    return secret;
  }

  private static void checkTime(Instant sent) {
    if (Duration.between(sent, Instant.now()).abs().compareTo(MOST_SKEW) > 0) {
      throw new OssError(
          403, "RequestTimeTooSkewed", "The request's time is over 15 minutes from the server's.");
    }
  }

  private static void compare(String expected, String given) {
    if (!MessageDigest.isEqual(utf8(expected), utf8(given))) {
      throw new OssError(
          403, "SignatureDoesNotMatch", "The signature does not match; check the secret.");
    }
  }

  private static Map<String, String> ossHeaders(Request request) {
    Map<String, String> headers = new TreeMap<>();
    for (String name : request.headers().names()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (lower.startsWith("x-oss-")) {
        headers.put(lower, request.header(name));
      }
    }
    return headers;
  }

  private static String encode(String text, boolean keepSlashes) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : utf8(text)) {
      char c = (char) (b & 0xff);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "-_.~".indexOf(c) >= 0
              || (keepSlashes && c == '/');
      if (plain) {
        encoded.append(c);
      } else {
        encoded.append(String.format("%%%02X", (int) c));
      }
    }
    return encoded.toString();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] hmac(String algorithm, byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      return mac.doFinal(utf8(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(utf8(text)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
