package io.forebay.bench;

import io.forebay.DataSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads over loopback TCP, beside a bare {@code transferTo} loop over the same kind of socket. */
final class RemoteReads {

  private RemoteReads() {}

  static void run(int rounds) throws Exception {
    race("4 MiB files, one after another", 64, 4 << 20, 1, rounds, "0.8");
    race("100 KB files, 8 in flight", 2_000, 100_000, 8, rounds, "0.6");
  }

  private static void race(
      String title, int files, int bytes, int inFlight, int rounds, String target)
      throws Exception {
    try (Fixture fixture = new Fixture(files, bytes);
        Threads threads = new Threads(inFlight);
        TransferLoop loop = new TransferLoop(fixture.tierFiles())) {
      DataSet data = fixture.elsewhere();
      List<String> paths = fixture.paths();
      List<TransferLoop.Client> clients = new ArrayList<>();
      List<ByteBuffer> buffers = new ArrayList<>();
      for (int i = 0; i < inFlight; i++) {
        clients.add(loop.new Client());
        buffers.add(ByteBuffer.allocateDirect(bytes));
      }
      new Race("Remote reads of " + title, rounds, files, 1.0 * files * bytes)
          .yardstick(
              "bare transferTo",
              () ->
                  threads.together(
                      t -> {
                        for (int i = t; i < files; i += inFlight) {
                          clients.get(t).read(i, buffers.get(t).clear());
                        }
                      }))
          .contender(
              "DataSet.read(path, buffer)",
              target,
              () ->
                  threads.together(
                      t -> {
                        for (int i = t; i < files; i += inFlight) {
                          data.read(paths.get(i), buffers.get(t).clear());
                        }
                      }))
          .run();
      for (TransferLoop.Client client : clients) {
        client.close();
      }
    }
  }
}
