package io.forebay.samples.oss;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One version of an object. */
record StoredObject(String etag, long size, long modifiedMillis, Body body) {

  /** Where the bytes are. */
  sealed interface Body {

    /** A copy or view of a range, released by whoever sends it. */
    ByteBuf range(long offset, int length) throws IOException;

    record InMemory(byte[] bytes) implements Body {
      @Override
      public ByteBuf range(long offset, int length) {
        return Unpooled.wrappedBuffer(bytes, (int) offset, length);
      }
    }

    record InFile(Path path) implements Body {
      @Override
      public ByteBuf range(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
          while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
              throw new IOException(path + " became shorter");
            }
          }
        }
        return Unpooled.wrappedBuffer(bytes.flip());
      }
    }
  }
}
