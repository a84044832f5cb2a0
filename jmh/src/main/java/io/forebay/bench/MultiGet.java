package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.ReadOrder;
import java.util.List;

/** Many files in one request, beside one request after another, both over one TCP connection. */
final class MultiGet {

  private MultiGet() {}

  static void run(int rounds) throws Exception {
    race("10 KiB", 2_000, 10 << 10, rounds, "5");
    race("1 MiB", 64, 1 << 20, rounds, "1");
  }

  private static void race(String size, int files, int bytes, int rounds, String target)
      throws Exception {
    try (Fixture fixture = new Fixture(files, bytes)) {
      DataSet data = fixture.elsewhere();
      List<String> paths = fixture.paths();
      new Race(
              "Multi-get of " + size + " files, one connection", rounds, files, 1.0 * files * bytes)
          .yardstick(
              "single gets",
              () -> {
                for (String path : paths) {
                  data.read(path);
                }
              })
          .contender(
              "multi-get, free order",
              target,
              () -> data.readAll(paths, ReadOrder.FREE, (path, content) -> {}))
          .contender(
              "multi-get, strict order",
              target,
              () -> data.readAll(paths, ReadOrder.STRICT, (path, content) -> {}))
          .run();
    }
  }
}
