package io.forebay.fuse.protocol;

import java.io.IOException;

/** Answers requests. Called by many threads at a time. */
public interface Handler {

  /** Whether its answer may take longer than a few system calls. */
  boolean mayBlock(Request request);

  /**
   * Answers a request. The reply is one of success with an empty body until something is said.
   *
   * @throws IOException answered with the error number that fits
   */
  void handle(Request request, Reply reply) throws IOException;

  /** Which error number tells of an exception. */
  int errno(Throwable e);

  /** The kernel did not take the reply, because whoever waited for it gave up. */
  void undo(Request request, Reply reply);
}
