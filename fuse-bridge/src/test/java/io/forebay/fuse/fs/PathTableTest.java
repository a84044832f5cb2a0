package io.forebay.fuse.fs;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.FileStatus;
import io.forebay.fuse.journal.PackedStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PathTableTest {

  /** "Aa" and "BB" have the same hash, and so has every string of both. */
  private static String path(Random random) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      path.append(random.nextBoolean() ? "Aa" : "BB");
    }
    return path + "/\u00fc" + random.nextInt(400);
  }

  @Test
  void holdsTheSameNodesAsAMapWhateverIsPutAndRemoved() {
    PathTable table = new PathTable();
    Map<String, Inode> model = new HashMap<>();
    Random random = new Random(7);
    for (int step = 1; step < 50_000; step++) {
      String path = path(random);
      boolean growing = step / 10_000 % 2 == 0;
      if (random.nextInt(3) < (growing ? 2 : 1)) {
        Inode inode = new Inode(step, FileStatus.file(path, step, 0, "e"));
        table.put(inode);
        model.put(path, inode);
      } else {
        Inode former = model.remove(path);
        if (former != null) {
          table.remove(new Inode(step, former.status())); // another one of the same path
          assertThat(table.contains(former)).isTrue();
          table.remove(former);
          assertThat(table.contains(former)).isFalse();
        }
      }
      String asked = path(random);
      byte[] packed = PackedStatus.pack(FileStatus.file(asked, 5, 6, "other"));
      assertThat(table.get(asked)).isSameAs(model.get(asked));
      assertThat(table.get(packed, asked.hashCode())).isSameAs(model.get(asked));
    }
    assertThat(table.stream()).containsExactlyInAnyOrderElementsOf(model.values());
  }
}
