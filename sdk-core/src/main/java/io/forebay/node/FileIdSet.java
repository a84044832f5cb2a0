package io.forebay.node;

import io.forebay.file.FileId;
import java.util.Arrays;

/**
 * Many file versions in 8 bytes each: half of their ids. That one is taken for another among 10
 * million happens once in a hundred thousand times, and then a file is kept that might have gone.
 * First filled by one thread, then asked by any.
 */
final class FileIdSet {

  private long[] ids = new long[1024];
  private int count;
  private boolean sorted;

  void add(FileId id) {
    if (count == ids.length) {
      ids = Arrays.copyOf(ids, count + count / 2);
    }
    ids[count++] = id.high();
    sorted = false;
  }

  boolean contains(FileId id) {
    if (!sorted) {
      Arrays.sort(ids, 0, count);
      sorted = true;
    }
    return Arrays.binarySearch(ids, 0, count, id.high()) >= 0;
  }
}
