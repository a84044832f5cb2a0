package io.forebay.understore.s3;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.services.s3.S3Client;

/** A real S3 server in this JVM, with its objects in memory. */
public final class S3Server implements AutoCloseable {

  public static final String SECRET = "s3cr3t-of-the-store";

  private final S3Proxy server;

  public S3Server() throws Exception {
    this(AuthenticationType.AWS_V2_OR_V4);
  }

  /** One that lets requests in whose headers a proxy changed: signatures cover them. */
  public static S3Server withoutAuthentication() throws Exception {
    return new S3Server(AuthenticationType.NONE);
  }

  private S3Server(AuthenticationType authentication) throws Exception {
    server =
        S3Proxy.builder()
            .awsAuthentication(authentication, "id", SECRET)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .metricsEnabled(false)
            .blobStore(new TransientNio2BlobStore())
            .build();
    server.start();
    try (S3Client client = S3Clients.create(S3Options.parse(options()))) {
      client.createBucket(r -> r.bucket("data"));
    }
  }

  /** For the bucket {@code data}. */
  public Map<String, String> options() {
    Map<String, String> options = new HashMap<>();
    options.put("fs.s3a.endpoint", "http://127.0.0.1:" + server.getPort());
    options.put("fs.s3a.path.style.access", "true");
    options.put("fs.s3a.access.key", "id");
    options.put("fs.s3a.secret.key", SECRET);
    options.put("fs.s3a.multipart.size", "5242880");
    return options;
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }
}
