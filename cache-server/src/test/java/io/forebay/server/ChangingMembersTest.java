package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.samples.oss.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that come and go while clients read: no read fails, and each byte is right. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChangingMembersTest {

  @TempDir private Path directory;

  @Test
  void readersFollowServersThatComeAndGo() throws Exception {
    Path members = directory.resolve("members");
    try (Nodes nodes = new Nodes(directory, 3, members.toUri())) {
      nodes.addMany(60, 20_000);
      write(members, nodes.member(0), nodes.member(1));
      DataSet onNode = nodes.onNode(0).dataSet(Nodes.DATA_SET);
      Forebay named = nodes.remember(Nodes.patient().servers("" + members.toUri()).open());
      DataSet elsewhere = named.dataSet(Nodes.DATA_SET);
      AtomicLong reads = new AtomicLong();
      try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
        List<Future<?>> readers =
            List.of(
                threads.submit(() -> read(nodes, onNode, 1, reads)),
                threads.submit(() -> read(nodes, elsewhere, 2, reads)));
        try {
          awaitMore(reads, readers);
          long before = nodes.server(2).stats().requests();
          write(members, nodes.member(0), nodes.member(1), nodes.member(2));
          await().atMost(ONE_MINUTE).until(() -> nodes.server(2).stats().requests() > before + 20);
          write(members, nodes.member(1), nodes.member(2));
          await().atMost(ONE_MINUTE).until(() -> nodes.server(1).node().servers() == 2);
          awaitMore(reads, readers);
          write(members, nodes.member(2));
          awaitMore(reads, readers);
          nodes.stop(1);
          awaitMore(reads, readers);
        } finally {
          reads.set(Long.MIN_VALUE);
        }
        for (Future<?> reader : readers) {
          reader.get(1, TimeUnit.MINUTES);
        }
      }
    }
  }

  private static void write(Path file, String... members) throws IOException {
    Files.writeString(file, String.join("\n", members) + "\n");
  }

  private static void awaitMore(AtomicLong reads, List<Future<?>> readers) {
    long before = reads.get();
    await()
        .atMost(ONE_MINUTE)
        .until(() -> reads.get() > before + 200 || readers.stream().anyMatch(Future::isDone));
  }

  private static Void read(Nodes nodes, DataSet data, int seed, AtomicLong reads)
      throws IOException {
    Random random = Seed.random(seed);
    List<String> paths = nodes.paths();
    while (reads.getAndUpdate(n -> n < 0 ? n : n + 1) >= 0) {
      String path = paths.get(random.nextInt(paths.size()));
      assertThat(Nodes.bytes(data.read(path))).as(path).isEqualTo(nodes.files().get(path));
    }
    return null;
  }
}
