package io.forebay.understore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.understore.HostileProxy.Reply;
import io.forebay.understore.HostileStoreContract;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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

  @Override
  protected Map<String, String> checked(Map<String, String> options) {
    Map<String, String> more = new HashMap<>(options);
    more.put("fs.s3a.checksum.validation", "true");
    return more;
  }

  @Override
  protected Reply withChecksum(Reply reply, byte[] object) {
    CRC32C crc = new CRC32C();
    crc.update(object);
    byte[] four = ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
    return reply.with("x-amz-checksum-crc32c", Base64.getEncoder().encodeToString(four));
  }

  @Test
  void checksumsAreComparedByDefaultAtAmazonsOnly() {
    assertThat(S3Options.parse(Map.of()).checked()).isTrue();
    assertThat(S3Options.parse(Map.of("fs.s3a.endpoint", "http://other")).checked()).isFalse();
  }
}
