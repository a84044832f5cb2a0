package io.forebay.understore.oss;

import com.aliyun.oss.common.utils.CRC64;
import io.forebay.samples.oss.OssServer;
import io.forebay.understore.HostileProxy.Reply;
import io.forebay.understore.HostileStoreContract;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
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

  @Override
  protected Map<String, String> checked(Map<String, String> options) {
    Map<String, String> more = new HashMap<>(options);
    more.put("fs.oss.checksum.validation", "true");
    return more;
  }

  @Override
  protected Reply withChecksum(Reply reply, byte[] object) {
    CRC64 crc = new CRC64();
    crc.update(object, object.length);
    return reply.with("x-oss-hash-crc64ecma", Long.toUnsignedString(crc.getValue()));
  }
}
