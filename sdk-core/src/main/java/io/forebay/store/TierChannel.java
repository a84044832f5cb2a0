package io.forebay.store;

import java.nio.channels.FileChannel;

/**
 * An open tier file, perhaps shared with other readers: read at explicit positions only, and close
 * this instead of the channel, once. It stays good when the file is renamed or evicted meanwhile.
 */
public interface TierChannel extends AutoCloseable {

  FileChannel channel();

  @Override
  void close();
}
