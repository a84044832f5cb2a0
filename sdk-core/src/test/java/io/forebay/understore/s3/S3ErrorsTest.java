package io.forebay.understore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.understore.ErrorTable.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.exception.SdkClientException;

/** The table of S3's errors, row by row; {@code ''} is the code of an answer without one. */
class S3ErrorsTest {

  @ParameterizedTest
  @CsvSource({
    "404, NoSuchKey, MISSING, ''",
    "404, NoSuchBucket, LASTING, name",
    "404, NoSuchUpload, LASTING, upload",
    "404, '', MISSING, ''",
    "412, PreconditionFailed, STALE, ''",
    "412, '', STALE, ''",
    "416, InvalidRange, STALE, ''",
    "416, '', STALE, ''",
    "403, AccessDenied, DENIED, permissions",
    "403, InvalidAccessKeyId, DENIED, secret",
    "403, SignatureDoesNotMatch, DENIED, secret",
    "403, RequestTimeTooSkewed, DENIED, clock",
    "400, ExpiredToken, DENIED, renewed",
    "400, InvalidToken, DENIED, renewed",
    "403, AccountProblem, DENIED, payments",
    "403, InvalidObjectState, LASTING, restore",
    "403, '', DENIED, permissions",
    "401, '', DENIED, permissions",
    "403, QuotaExceeded, NO_SPACE, ''",
    "507, XMinioStorageFull, NO_SPACE, ''",
    "400, XMinioAdminBucketQuotaExceeded, NO_SPACE, ''",
    "507, '', NO_SPACE, ''",
    "500, InternalError, PASSING, ''",
    "500, '', PASSING, ''",
    "502, '', PASSING, ''",
    "504, '', PASSING, ''",
    "599, SomethingNew, PASSING, ''",
    "400, RequestTimeout, PASSING, ''",
    "408, '', PASSING, ''",
    "409, OperationAborted, PASSING, ''",
    "503, ServiceUnavailable, THROTTLED, ''",
    "503, SlowDown, THROTTLED, ''",
    "400, Throttling, THROTTLED, ''",
    "400, ThrottlingException, THROTTLED, ''",
    "503, RequestLimitExceeded, THROTTLED, ''",
    "429, TooManyRequests, THROTTLED, ''",
    "503, '', THROTTLED, ''",
    "429, '', THROTTLED, ''",
    "302, '', PASSING, fs.s3a.endpoint",
    "301, '', LASTING, fs.s3a.endpoint",
    "301, PermanentRedirect, LASTING, fs.s3a.endpoint",
    "307, TemporaryRedirect, LASTING, fs.s3a.endpoint",
    "400, AuthorizationHeaderMalformed, LASTING, fs.s3a.endpoint",
    "400, InvalidArgument, LASTING, ''",
    "400, '', LASTING, ''",
    "501, NotImplemented, LASTING, ''",
  })
  void anErrorHasOneMeaning(int status, String code, Kind kind, String advice) {
    assertThat(S3Errors.TABLE.find(status, code).kind()).isEqualTo(kind);
    assertThat(S3Errors.TABLE.find(status, code).advice()).contains(advice);
  }

  @Test
  void aStoreThatDoesNotAnswerIsNamedWithTheOptionToCheck() {
    for (IOException why :
        List.of(new SocketTimeoutException("slow"), new ConnectException("shut"))) {
      IOException said =
          S3Errors.translate(
              "s3://bucket/key", SdkClientException.create("Unable to execute", why));
      assertThat(said)
          .hasMessageContaining("s3://bucket/key: the store does not answer (" + why.getMessage())
          .hasMessageContaining("fs.s3a.endpoint");
    }
  }
}
