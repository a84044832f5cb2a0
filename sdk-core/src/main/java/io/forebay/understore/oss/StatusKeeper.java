package io.forebay.understore.oss;

import com.aliyun.oss.OSSException;
import com.aliyun.oss.common.comm.RequestMessage;
import com.aliyun.oss.common.comm.ResponseMessage;
import com.aliyun.oss.common.comm.RetryStrategy;
import java.util.Map;

/**
 * Never has the client try again: that is RetryingUnderStore's work, and two layers of it would
 * multiply the attempts. It is asked whether to, though, and so learns the status of HTTP, which
 * the client's exceptions lack: where an answer has no error code, nothing else tells a broken
 * proxy from a refusal.
 */
final class StatusKeeper extends RetryStrategy {

  private static final String STATUS = "status";

  @Override
  public boolean shouldRetry(
      Exception failure, RequestMessage request, ResponseMessage response, int retries) {
    if (failure instanceof OSSException refused && response != null) {
      refused.setErrorFields(Map.of(STATUS, Integer.toString(response.getStatusCode())));
    }
    return false;
  }

  /** Of the answer that became this exception; 0 where it is not known. */
  static int status(OSSException e) {
    return e.getErrorFields() == null
        ? 0
        : Integer.parseInt(e.getErrorFields().getOrDefault(STATUS, "0"));
  }
}
