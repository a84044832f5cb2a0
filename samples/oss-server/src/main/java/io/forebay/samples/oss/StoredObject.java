package io.forebay.samples.oss;

import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultFileRegion;
import io.netty.util.ReferenceCounted;
import java.nio.file.Path;

/** One version of an object. */
record StoredObject(String etag, long size, long modifiedMillis, Body body) {

  /** Where the bytes are. */
  sealed interface Body {

    /** A view of a range, released by whoever sends it. */
    ReferenceCounted range(long offset, int length);

    record InMemory(byte[] bytes) implements Body {
      @Override
      public ReferenceCounted range(long offset, int length) {
        return Unpooled.wrappedBuffer(bytes, (int) offset, length);
      }
    }

    /** Its bytes go from the page cache to the socket: clients share the processors. */
    record InFile(Path path) implements Body {
      @Override
      public ReferenceCounted range(long offset, int length) {
        return new DefaultFileRegion(path.toFile(), offset, length);
      }
    }
  }
}
