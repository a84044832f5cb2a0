package io.forebay.understore.layer;

import java.io.IOException;
import java.io.InputStream;

/** What becomes of a request: one of the two, once. */
public interface Receiver {

  /** Takes the answer, and closes it. */
  void receive(InputStream in);

  /** There will be no answer. */
  void failed(IOException reason);
}
