package io.forebay.fuse.fs;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.FileStatus;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NodeTableTest {

  @Test
  void holdsWhatASortedMapHolds() {
    Random random = new Random(1);
    NodeTable table = new NodeTable();
    TreeMap<Long, Inode> model = new TreeMap<>();
    long last = 0;
    for (int step = 0; step < 100_000; step++) {
      if (random.nextInt(100) < 51) {
        last += 1 + random.nextInt(step % 1000 == 0 ? 5_000 : 3); // processes before used some
        Inode inode = new Inode(last, FileStatus.directory("d"));
        table.add(inode);
        model.put(last, inode);
      } else if (!model.isEmpty()) {
        // Mostly the eldest, as kernels forget, so that pages are given up.
        Map.Entry<Long, Inode> gone =
            random.nextBoolean() ? model.firstEntry() : model.floorEntry(random.nextLong(last) + 1);
        if (gone != null) {
          table.remove(gone.getValue());
          model.remove(gone.getKey());
        }
      }
      long id = random.nextLong(last + 1_000) - 10;
      assertThat(table.get(id)).isSameAs(model.get(id));
      Map.Entry<Long, Inode> higher = model.higherEntry(Math.max(0, id));
      assertThat(table.after(Math.max(0, id))).isSameAs(higher == null ? null : higher.getValue());
      assertThat(table.size()).isEqualTo(model.size());
    }
  }

  @Test
  void numbersThatNeverWereAreNotThere() {
    NodeTable table = new NodeTable();
    assertThat(table.get(-1)).isNull();
    assertThat(table.get(Long.MIN_VALUE)).isNull();
    assertThat(table.get(Long.MAX_VALUE)).isNull();
    assertThat(table.after(1)).isNull();
  }
}
