package io.forebay.understore.s3;

import io.forebay.StaleFileException;
import io.forebay.understore.UnderStoreException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Turns the client's exceptions into the SPI's, by the status codes and names in Amazon S3's API
 * reference, "Error responses".
 */
final class S3Errors {

  private S3Errors() {}

  /**
   * @param noun what was asked for, such as {@code s3://bucket/key}
   */
  static IOException translate(String noun, SdkException e) {
    if (!(e instanceof AwsServiceException answer)) {
      return local(noun, e);
    }
    String code =
        answer.awsErrorDetails() == null
            ? ""
            : String.valueOf(answer.awsErrorDetails().errorCode());
    String detail =
        (code.isEmpty() ? "status " + answer.statusCode() : code + ": " + explanation(answer))
            + " (request "
            + answer.requestId()
            + ")";
    if (answer.isThrottlingException() || answer.statusCode() == 503) {
      return UnderStoreException.throttled(noun + ": " + detail, e);
    }
    if (answer.statusCode() >= 500 || code.equals("RequestTimeout")) {
      return UnderStoreException.passing(noun + ": " + detail, e);
    }
    if (code.equals("ExpiredToken") || code.equals("InvalidToken")) {
      return new AccessDeniedException(noun, null, detail + "; the session token must be renewed");
    }
    return switch (answer.statusCode()) {
      case 404 ->
          code.equals("NoSuchBucket")
              ? UnderStoreException.lasting(noun + ": " + detail + "; check the bucket's name", e)
              : new NoSuchFileException(noun, null, "no such object");
      case 412 -> new StaleFileException(noun, "the etag no longer matches");
      case 401, 403 ->
          new AccessDeniedException(
              noun, null, detail + "; check key, secret, permissions and the clock");
      case 301, 307 ->
          UnderStoreException.lasting(
              noun + ": " + detail + "; check " + S3Options.ENDPOINT + ", " + S3Options.REGION, e);
      default -> UnderStoreException.lasting(noun + ": " + detail, e);
    };
  }

  private static String explanation(AwsServiceException answer) {
    return String.valueOf(answer.awsErrorDetails().errorMessage());
  }

  private static IOException local(String noun, SdkException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return UnderStoreException.lasting(
            noun + ": unknown host " + cause.getMessage() + "; check " + S3Options.ENDPOINT, e);
      }
    }
    if (String.valueOf(e.getMessage()).startsWith("Unable to load credentials")) {
      return new AccessDeniedException(
          noun, null, "no S3 credentials: set " + S3Options.ACCESS_KEY + ", or AWS_ACCESS_KEY_ID");
    }
    return UnderStoreException.passing(noun + ": " + e.getMessage(), e);
  }
}
