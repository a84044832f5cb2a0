package io.forebay.cluster;

import io.forebay.samples.oss.OssServer;
import java.io.IOException;
import java.util.Map;

/**
 * The under-store of a cluster, with the sample files in it. For each line of its input it prints
 * how often objects were asked for; it ends with its input.
 */
final class StoreMain {

  static final String ROOT = "oss://bucket/root";
  static final int PORT = 80;
  private static final String KEY = "id";
  private static final String SECRET = "secret";

  private StoreMain() {}

  /** With which the files can be read. */
  static Map<String, String> options(String host) {
    return Map.of(
        "fs.oss.endpoint",
        "http://" + host + ":" + PORT,
        "fs.oss.connection.timeout.millisecond",
        "1500",
        "fs.oss.accessKeyId",
        KEY,
        "fs.oss.accessKeySecret",
        SECRET);
  }

  public static void main(String[] arguments) throws IOException {
    SampleFiles files = new SampleFiles(Integer.parseInt(arguments[1]));
    try (OssServer server =
        OssServer.builder()
            .host(arguments[0])
            .port(PORT)
            .bucket("bucket")
            .key(KEY, SECRET)
            .start()) {
      for (String path : files.paths()) {
        server.put("bucket", "root/" + path, files.content(path));
      }
      Conversation.answer(line -> String.valueOf(server.traffic().counts().of("GET")));
    }
  }
}
