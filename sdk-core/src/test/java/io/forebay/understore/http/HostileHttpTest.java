package io.forebay.understore.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.FileStatus;
import io.forebay.understore.HostileReadContract;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Wrong answers where a web server is expected. */
class HostileHttpTest extends HostileReadContract {

  @TempDir private static Path directory;
  private static int roots;

  private final String root = "root" + roots++;
  private final WebServer server = new WebServer(directory);
  private final ServedDirectory served =
      new ServedDirectory(directory.resolve(root), root(server.endpoint()));

  HostileHttpTest() throws IOException {}

  @AfterEach
  void stop() throws IOException {
    served.close();
    server.close();
  }

  @Override
  protected String endpoint() {
    return server.endpoint();
  }

  @Override
  protected URI root(String endpoint) {
    return URI.create(endpoint + "/" + root);
  }

  @Override
  protected Map<String, String> options(String endpoint) {
    return Map.of("fs.http.timeout.millisecond", "3000"); // one answer never comes
  }

  @Override
  protected FileStatus put(String path, byte[] content) throws IOException {
    FileStatus put = served.put(path, new ByteArrayInputStream(content), content.length);
    assertThat(put.size()).isEqualTo(content.length);
    return put;
  }
}
