package io.forebay.metadata;

import io.forebay.FileStatus;
import io.forebay.file.DataPath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;

/**
 * The children of a directory as pages that fit into entries of a map: a stamp (u64) that tells
 * pages of two listings apart, the number of pages (u32, in page 0 only), then for each child its
 * name (length, UTF-8) and status. Page 0 is written last: who finds it finds the others. Used by
 * one thread.
 */
final class ListingPages implements TreeAssembler.Children {

  /** An entry has at most 64 chunks of 40 bytes, and the key may take a good thousand of them. */
  private static final int PAGE_BYTES = 900;

  private final BiConsumer<Integer, byte[]> write;
  private final long stamp = ThreadLocalRandom.current().nextLong();
  private ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES).position(Long.BYTES + Integer.BYTES);
  private byte[] first;
  private int pages;

  /**
   * @param write takes number and bytes of a page
   */
  ListingPages(BiConsumer<Integer, byte[]> write) {
    this.write = write;
  }

  @Override
  public void add(FileStatus child) {
    byte[] name = child.name().getBytes(StandardCharsets.UTF_8);
    int most = name.length + 2 + NameCodec.bound(child);
    if (page.remaining() < most && page.position() > Long.BYTES + Integer.BYTES) {
      flush();
      page = ByteBuffer.allocate(Math.max(PAGE_BYTES, Long.BYTES + most)).position(Long.BYTES);
    } else if (page.remaining() < most) {
      // A name of a thousand bytes on an empty page.
      page = ByteBuffer.allocate(page.position() + most).position(page.position());
    }
    Varint.put(page, name.length);
    page.put(name);
    NameCodec.put(page, child);
  }

  private void flush() {
    byte[] bytes = new byte[page.position()];
    page.putLong(0, stamp).flip().get(bytes);
    if (pages == 0) {
      first = bytes;
    } else {
      write.accept(pages, bytes);
    }
    pages++;
  }

  @Override
  public void close() {
    flush();
    ByteBuffer.wrap(first).putInt(Long.BYTES, pages);
    write.accept(0, first);
  }

  /** Reads a page; of a page 0 the stamp and number of pages were read already. */
  static void read(ByteBuffer page, String directory, List<FileStatus> into) {
    while (page.hasRemaining()) {
      byte[] name = new byte[(int) Varint.get(page)];
      page.get(name);
      into.add(
          NameCodec.read(
              page, DataPath.child(directory, new String(name, StandardCharsets.UTF_8))));
    }
  }
}
