package io.forebay.cli;

import io.forebay.server.CacheServer;
import io.forebay.server.ServerConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a cache server until it is told to stop. */
@Command(
    name = "serve",
    description = "Runs this node's cache server.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Example:",
      "  cat > forebay.properties <<EOF",
      "  directory = /var/lib/forebay",
      "  quota = 500GiB",
      "  dataset.images.root = oss://training-data/images",
      "  dataset.images.fs.oss.endpoint = oss-cn-hangzhou-internal.aliyuncs.com",
      "  EOF",
      "  OSS_ACCESS_KEY_ID=... OSS_ACCESS_KEY_SECRET=... forebay serve --config forebay.properties"
    })
final class ServeCommand implements Callable<Integer> {

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "Properties file with the server's settings.")
  private Path config;

  @Override
  public Integer call() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stopped.countDown();
                  awaitQuietly(closed);
                }));
    try (CacheServer server = CacheServer.start(ServerConfig.load(config))) {
      System.out.println("serving at " + server.address());
      stopped.await();
    } finally {
      closed.countDown();
    }
    return 0;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
