package io.forebay.understore.oss;

import static org.assertj.core.api.Assertions.assertThat;

import com.aliyun.oss.ClientErrorCode;
import com.aliyun.oss.ClientException;
import io.forebay.understore.ErrorTable.Kind;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of OSS's errors, row by row; a code of {@code -} is one that the client makes up. */
class OssErrorsTest {

  @ParameterizedTest
  @CsvSource({
    "404, NoSuchKey, MISSING, ''",
    "404, NoSuchBucket, LASTING, name",
    "404, NoSuchUpload, LASTING, upload",
    "404, -, MISSING, ''",
    "412, PreconditionFailed, STALE, ''",
    "412, -, STALE, ''",
    "416, InvalidRange, STALE, ''",
    "416, -, STALE, ''",
    "403, AccessDenied, DENIED, permissions",
    "403, AccessForbidden, DENIED, permissions",
    "403, InvalidAccessKeyId, DENIED, secret",
    "403, SignatureDoesNotMatch, DENIED, secret",
    "403, RequestTimeTooSkewed, DENIED, clock",
    "403, InvalidSecurityToken, DENIED, token",
    "403, SecurityTokenExpired, DENIED, renew",
    "403, UserDisable, DENIED, payments",
    "403, InvalidObjectState, LASTING, restore",
    "403, -, DENIED, permissions",
    "401, -, DENIED, permissions",
    "500, InternalError, PASSING, ''",
    "500, -, PASSING, ''",
    "502, -, PASSING, ''",
    "504, -, PASSING, ''",
    "599, SomethingNew, PASSING, ''",
    "400, RequestTimeout, PASSING, ''",
    "408, -, PASSING, ''",
    "0, InvalidResponse, PASSING, ''",
    "0, Unknown, PASSING, ''",
    "200, InvalidResponse, PASSING, ''",
    "503, ServiceUnavailable, THROTTLED, ''",
    "503, SlowDown, THROTTLED, ''",
    "503, Throttling, THROTTLED, ''",
    "503, QpsLimitExceeded, THROTTLED, ''",
    "503, DownloadTrafficRateLimitExceeded, THROTTLED, ''",
    "503, UploadTrafficRateLimitExceeded, THROTTLED, ''",
    "503, -, THROTTLED, ''",
    "429, -, THROTTLED, ''",
    "302, -, PASSING, fs.oss.endpoint",
    "301, -, LASTING, fs.oss.endpoint",
    "307, -, LASTING, fs.oss.endpoint",
    "400, InvalidArgument, LASTING, ''",
    "400, -, LASTING, ''",
    "409, ObjectAlreadyExists, LASTING, ''",
    "501, NotImplemented, LASTING, ''",
  })
  void anErrorHasOneMeaning(int status, String code, Kind kind, String advice) {
    assertThat(OssErrors.TABLE.find(status, code).kind()).isEqualTo(kind);
    assertThat(OssErrors.TABLE.find(status, code).advice()).contains(advice);
  }

  @Test
  void aStoreThatDoesNotAnswerIsNamedWithTheOptionToCheck() {
    IOException said =
        OssErrors.translate(
            "oss://bucket/key", new ClientException("slow", ClientErrorCode.SOCKET_TIMEOUT, ""));
    assertThat(said)
        .hasMessageContaining("oss://bucket/key: the store does not answer")
        .hasMessageContaining("fs.oss.endpoint");
  }
}
