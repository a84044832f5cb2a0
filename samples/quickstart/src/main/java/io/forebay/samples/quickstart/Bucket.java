package io.forebay.samples.quickstart;

import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/** The bucket far away: an OSS server over the directory of images, shaped as asked for. */
final class Bucket implements AutoCloseable {

  static final String NAME = "training-data";

  /** What the cache servers call it. */
  static final String DATA_SET = "images";

  /** Bucket and data set of the same images by other names, which servers warm up with. */
  static final String OTHERS = "warming-up";

  static final String KEY_ID = "quickstart";

  private final String secret = UUID.randomUUID().toString();
  private final OssServer server;

  Bucket(Path images, SiteSettings settings) throws IOException {
    server =
        OssServer.builder()
            .bucket(NAME, images)
            .bucket(OTHERS, images)
            .key(KEY_ID, secret)
            .shape(
                new Shape(
                    settings.firstByte, settings.perConnection.bytes(), settings.inTotal.bytes()))
            .start();
  }

  String secret() {
    return secret;
  }

  OssServer server() {
    return server;
  }

  @Override
  public void close() {
    server.close();
  }
}
