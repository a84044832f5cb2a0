package io.forebay.understore.oss;

import static io.forebay.understore.ErrorTable.denied;
import static io.forebay.understore.ErrorTable.lasting;
import static io.forebay.understore.ErrorTable.throttled;

import com.aliyun.oss.ClientErrorCode;
import com.aliyun.oss.ClientException;
import com.aliyun.oss.OSSErrorCode;
import com.aliyun.oss.OSSException;
import io.forebay.understore.ErrorTable;
import io.forebay.understore.ErrorTable.Kind;
import io.forebay.understore.ErrorTable.Meaning;
import io.forebay.understore.UnderStoreException;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/**
 * Turns the client's exceptions into the SPI's. The codes are those of the OSS API reference,
 * "Error responses".
 */
final class OssErrors {

  private static final Set<String> NO_ANSWER =
      Set.of(
          ClientErrorCode.CONNECTION_REFUSED,
          ClientErrorCode.CONNECTION_TIMEOUT,
          ClientErrorCode.SOCKET_TIMEOUT);

  static final ErrorTable TABLE =
      new ErrorTable(
          Map.ofEntries(
              Map.entry(OSSErrorCode.NO_SUCH_KEY, new Meaning(Kind.MISSING)),
              lasting(OSSErrorCode.NO_SUCH_BUCKET, "check the bucket's name"),
              lasting("NoSuchUpload", "the upload was aborted or is already complete"),
              lasting("InvalidObjectState", "the object is archived: restore it first"),
              Map.entry(OSSErrorCode.PRECONDITION_FAILED, new Meaning(Kind.STALE)),
              Map.entry(OSSErrorCode.INVALID_RANGE, new Meaning(Kind.STALE)),
              denied(OSSErrorCode.ACCESS_DENIED, "check the permissions of this key"),
              denied(OSSErrorCode.INVALID_ACCESS_KEY_ID, "check key and secret"),
              denied(OSSErrorCode.SIGNATURE_DOES_NOT_MATCH, "check key and secret"),
              denied(OSSErrorCode.REQUEST_TIME_TOO_SKEWED, "set the clock of this machine"),
              denied("InvalidSecurityToken", "check the security token"),
              denied("SecurityTokenExpired", "renew the security token"),
              denied("UserDisable", "check the account and its payments"),
              Map.entry(OSSErrorCode.INTERNAL_ERROR, new Meaning(Kind.PASSING)),
              Map.entry(OSSErrorCode.REQUEST_TIMEOUT, new Meaning(Kind.PASSING)),
              throttled("ServiceUnavailable"),
              throttled("SlowDown"),
              throttled("Throttling"),
              throttled("QpsLimitExceeded"),
              throttled("DownloadTrafficRateLimitExceeded"),
              throttled("UploadTrafficRateLimitExceeded")),
          "check key, secret and permissions",
          "check " + OssOptions.ENDPOINT);

  private OssErrors() {}

  /**
   * @param noun what was asked for, such as {@code oss://bucket/key}
   */
  static IOException translate(String noun, OSSException e) {
    String code = String.valueOf(e.getErrorCode());
    String detail = code + ": " + e.getErrorMessage() + " (request " + e.getRequestId() + ")";
    return TABLE.translate(noun, StatusKeeper.status(e), code, detail, e);
  }

  static IOException translate(String noun, ClientException e) {
    String code = String.valueOf(e.getErrorCode());
    String detail = code + ": " + e.getErrorMessage();
    if (code.equals(ClientErrorCode.UNKNOWN_HOST)) {
      return UnderStoreException.lasting(
          noun + ": " + detail + "; check " + OssOptions.ENDPOINT, e);
    }
    return UnderStoreException.passing(
        NO_ANSWER.contains(code)
            ? noun
                + ": the store does not answer ("
                + detail
                + "); check that it is up, and check "
                + OssOptions.ENDPOINT
            : noun + ": " + detail,
        e);
  }
}
