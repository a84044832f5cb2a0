package io.forebay.understore.oss;

import com.aliyun.oss.ClientErrorCode;
import com.aliyun.oss.ClientException;
import com.aliyun.oss.OSSErrorCode;
import com.aliyun.oss.OSSException;
import io.forebay.StaleFileException;
import io.forebay.understore.UnderStoreException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Set;

/**
 * Turns the client's exceptions into the SPI's. The codes are those of the OSS API reference,
 * "Error responses".
 */
final class OssErrors {

  /** With what to do about it. */
  private static final Map<String, String> DENIED =
      Map.of(
          OSSErrorCode.ACCESS_DENIED,
          "check the permissions of this key",
          OSSErrorCode.INVALID_ACCESS_KEY_ID,
          "check key and secret",
          OSSErrorCode.SIGNATURE_DOES_NOT_MATCH,
          "check key and secret",
          OSSErrorCode.REQUEST_TIME_TOO_SKEWED,
          "set the clock of this machine",
          "InvalidSecurityToken",
          "check the security token",
          "SecurityTokenExpired",
          "renew the security token");

  private static final Set<String> PASSING =
      Set.of(OSSErrorCode.INTERNAL_ERROR, OSSErrorCode.REQUEST_TIMEOUT);

  private static final Set<String> THROTTLED =
      Set.of(
          "ServiceUnavailable",
          "SlowDown",
          "Throttling",
          "QpsLimitExceeded",
          "DownloadTrafficRateLimitExceeded",
          "UploadTrafficRateLimitExceeded");

  private OssErrors() {}

  /**
   * @param noun what was asked for, such as {@code oss://bucket/key}
   */
  static IOException translate(String noun, OSSException e) {
    String code = String.valueOf(e.getErrorCode());
    String detail = code + ": " + e.getErrorMessage() + " (request " + e.getRequestId() + ")";
    if (code.equals(OSSErrorCode.NO_SUCH_KEY)) {
      return new NoSuchFileException(noun, null, "no such object");
    }
    if (code.equals(OSSErrorCode.PRECONDITION_FAILED)) {
      return new StaleFileException(noun, "the etag no longer matches");
    }
    if (DENIED.containsKey(code)) {
      return new AccessDeniedException(noun, null, detail + "; " + DENIED.get(code));
    }
    if (PASSING.contains(code)) {
      return UnderStoreException.passing(noun + ": " + detail, e);
    }
    if (THROTTLED.contains(code)) {
      return UnderStoreException.throttled(noun + ": " + detail, e);
    }
    return UnderStoreException.lasting(noun + ": " + detail, e);
  }

  static IOException translate(String noun, ClientException e) {
    String code = String.valueOf(e.getErrorCode());
    String detail = code + ": " + e.getErrorMessage();
    return code.equals(ClientErrorCode.UNKNOWN_HOST)
        ? UnderStoreException.lasting(noun + ": " + detail + "; check fs.oss.endpoint", e)
        : UnderStoreException.passing(noun + ": " + detail, e);
  }
}
