package io.forebay.kubernetes.csi;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers a call, with the codes of errors that the specification of CSI has. */
final class Answer {

  private static final Logger log = LoggerFactory.getLogger(Answer.class);

  private Answer() {}

  /** What is done for a call. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException, InterruptedException;
  }

  static <T> void to(StreamObserver<T> caller, Work<T> work) {
    T answer;
    try {
      answer = work.run();
    } catch (IllegalArgumentException e) {
      caller.onError(status(Status.INVALID_ARGUMENT, e));
      return;
    } catch (BusyException e) {
      caller.onError(status(Status.ABORTED, e));
      return;
    } catch (StatusRuntimeException e) {
      caller.onError(e);
      return;
    } catch (IOException e) {
      log.warn("{}", e.getMessage());
      caller.onError(status(Status.INTERNAL, e));
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      caller.onError(Status.UNAVAILABLE.withDescription("the driver ends").asRuntimeException());
      return;
    } catch (RuntimeException e) {
      log.error("a call failed", e);
      caller.onError(status(Status.INTERNAL, e));
      return;
    }
    caller.onNext(answer);
    caller.onCompleted();
  }

  private static StatusRuntimeException status(Status status, Exception e) {
    return status.withDescription(String.valueOf(e.getMessage())).asRuntimeException();
  }

  /**
   * @throws IllegalArgumentException if a field that a call must have is empty
   */
  static String required(String field, String value) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("the call has no " + field);
    }
    return value;
  }
}
