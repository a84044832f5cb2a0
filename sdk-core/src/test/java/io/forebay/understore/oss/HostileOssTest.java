package io.forebay.understore.oss;

import io.forebay.samples.oss.OssServer;
import io.forebay.understore.HostileStoreContract;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Wrong answers where OSS is expected. */
class HostileOssTest extends HostileStoreContract {

  private static OssServer server;
  private static int roots;

  private final URI root = URI.create("oss://data/root" + roots++);

  @BeforeAll
  static void start() throws IOException {
    server = OssServer.builder().bucket("data").key("id", "secret").start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Override
  protected String endpoint() {
    return server.endpoint();
  }

  @Override
  protected URI root() {
    return root;
  }

  @Override
  protected Map<String, String> options(String endpoint) {
    return Map.of(
        "fs.oss.endpoint",
        endpoint,
        "fs.oss.accessKeyId",
        "id",
        "fs.oss.accessKeySecret",
        "secret",
        "fs.oss.timeout.millisecond",
        "2000");
  }
}
