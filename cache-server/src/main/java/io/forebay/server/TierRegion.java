package io.forebay.server;

import io.forebay.store.TierChannel;
import io.netty.channel.DefaultFileRegion;

/**
 * Bytes of a tier file for sendfile. The file, which others may be reading, is let go when sent.
 */
final class TierRegion extends DefaultFileRegion {

  private final TierChannel file;

  TierRegion(TierChannel file, long position, long count) {
    super(file.channel(), position, count);
    this.file = file;
  }

  @Override
  protected void deallocate() {
    file.close();
  }
}
