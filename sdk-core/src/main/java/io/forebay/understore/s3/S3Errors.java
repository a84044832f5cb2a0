package io.forebay.understore.s3;

import static io.forebay.understore.ErrorTable.denied;
import static io.forebay.understore.ErrorTable.lasting;
import static io.forebay.understore.ErrorTable.throttled;

import io.forebay.understore.ErrorTable;
import io.forebay.understore.ErrorTable.Kind;
import io.forebay.understore.ErrorTable.Meaning;
import io.forebay.understore.UnderStoreException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.util.Map;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Turns the client's exceptions into the SPI's, by the status codes and names in Amazon S3's API
 * reference, "Error responses".
 */
final class S3Errors {

  private static final String WHERE = "check " + S3Options.ENDPOINT + ", " + S3Options.REGION;

  static final ErrorTable TABLE =
      new ErrorTable(
          Map.ofEntries(
              Map.entry("NoSuchKey", new Meaning(Kind.MISSING)),
              lasting("NoSuchBucket", "check the bucket's name"),
              lasting("NoSuchUpload", "the upload was aborted or is already complete"),
              lasting("InvalidObjectState", "the object is archived: restore it first"),
              lasting("PermanentRedirect", WHERE),
              lasting("TemporaryRedirect", WHERE),
              lasting("AuthorizationHeaderMalformed", WHERE),
              Map.entry("PreconditionFailed", new Meaning(Kind.STALE)),
              Map.entry("InvalidRange", new Meaning(Kind.STALE)),
              denied("AccessDenied", "check the permissions of this key"),
              denied("InvalidAccessKeyId", "check key and secret"),
              denied("SignatureDoesNotMatch", "check key and secret"),
              denied("RequestTimeTooSkewed", "set the clock of this machine"),
              denied("ExpiredToken", "the session token must be renewed"),
              denied("InvalidToken", "the session token must be renewed"),
              denied("AccountProblem", "check the account and its payments"),
              Map.entry("QuotaExceeded", new Meaning(Kind.NO_SPACE)),
              Map.entry("XMinioStorageFull", new Meaning(Kind.NO_SPACE)),
              Map.entry("XMinioAdminBucketQuotaExceeded", new Meaning(Kind.NO_SPACE)),
              Map.entry("InternalError", new Meaning(Kind.PASSING)),
              Map.entry("RequestTimeout", new Meaning(Kind.PASSING)),
              Map.entry("OperationAborted", new Meaning(Kind.PASSING)),
              throttled("ServiceUnavailable"),
              throttled("SlowDown"),
              throttled("Throttling"),
              throttled("ThrottlingException"),
              throttled("RequestLimitExceeded"),
              throttled("TooManyRequests")),
          "check key, secret, permissions and the clock",
          WHERE);

  private S3Errors() {}

  /**
   * @param noun what was asked for, such as {@code s3://bucket/key}
   */
  static IOException translate(String noun, SdkException e) {
    if (!(e instanceof AwsServiceException answer)) {
      return local(noun, e);
    }
    String code =
        answer.awsErrorDetails() == null || answer.awsErrorDetails().errorCode() == null
            ? ""
            : answer.awsErrorDetails().errorCode();
    String what =
        code.isEmpty()
            ? "status " + answer.statusCode()
            : code + ": " + answer.awsErrorDetails().errorMessage();
    String detail = what + " (request " + answer.requestId() + ")";
    return TABLE.translate(noun, answer.statusCode(), code, detail, e);
  }

  private static IOException local(String noun, SdkException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return UnderStoreException.lasting(
            noun + ": unknown host " + cause.getMessage() + "; check " + S3Options.ENDPOINT, e);
      }
      if (cause instanceof SocketTimeoutException || cause instanceof ConnectException) {
        return UnderStoreException.passing(
            noun
                + ": the store does not answer ("
                + cause.getMessage()
                + "); check that it is up, and check "
                + S3Options.ENDPOINT,
            e);
      }
    }
    if (String.valueOf(e.getMessage()).startsWith("Unable to load credentials")) {
      return new AccessDeniedException(
          noun, null, "no S3 credentials: set " + S3Options.ACCESS_KEY + ", or AWS_ACCESS_KEY_ID");
    }
    return UnderStoreException.passing(noun + ": " + e.getMessage(), e);
  }
}
