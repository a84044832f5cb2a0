package io.forebay.understore.s3;

import io.forebay.understore.HostileStoreContract;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Wrong answers where S3 is expected. */
class HostileS3Test extends HostileStoreContract {

  private static S3Server server;
  private static int roots;

  private final URI root = URI.create("s3://data/root" + roots++);

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.withoutAuthentication();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Override
  protected String endpoint() {
    return server.options().get("fs.s3a.endpoint");
  }

  @Override
  protected URI root() {
    return root;
  }

  @Override
  protected Map<String, String> options(String endpoint) {
    Map<String, String> options = new HashMap<>(server.options());
    options.put("fs.s3a.endpoint", endpoint);
    return options;
  }
}
