package io.forebay;

import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.Shape;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A bucket with files in it, on an OSS server of its own, for tests. */
public final class Bucket implements AutoCloseable {

  private static final String NAME = "bucket";
  private static final String SECRET = "test-secret";

  private final OssServer server;
  private final Map<String, byte[]> files = new TreeMap<>();

  public Bucket() throws IOException {
    this(Shape.UNSHAPED);
  }

  public Bucket(Shape shape) throws IOException {
    server = OssServer.builder().bucket(NAME).key("id", SECRET).shape(shape).start();
  }

  /** Adds a file of random bytes. */
  public byte[] add(String path, int size) throws IOException {
    byte[] content = new byte[size];
    new Random(path.hashCode() * 31L + size).nextBytes(content);
    server.put(NAME, "root/" + path, content);
    files.put(path, content);
    return content;
  }

  public Map<String, byte[]> files() {
    return files;
  }

  public OssServer server() {
    return server;
  }

  public String root() {
    return "oss://" + NAME + "/root";
  }

  public Map<String, String> options() {
    return Map.of(
        "fs.oss.endpoint",
        server.endpoint(),
        "fs.oss.accessKeyId",
        "id",
        "fs.oss.accessKeySecret",
        SECRET,
        "fs.oss.timeout.millisecond",
        "60000");
  }

  /** Adds the bucket's options to a builder. */
  public Forebay.Builder to(Forebay.Builder builder) {
    options().forEach(builder::option);
    return builder;
  }

  /** Reads of an object that reached the server. */
  public long gets(String path) {
    return server.traffic().getsByPath().getOrDefault("/" + NAME + "/root/" + path, 0L);
  }

  @Override
  public void close() {
    server.close();
  }
}
