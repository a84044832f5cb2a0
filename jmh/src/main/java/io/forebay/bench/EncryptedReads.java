package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.server.WireSecurity;
import io.forebay.tls.ClientCertificates;
import io.forebay.tls.TlsFiles;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Reads over TLS beside the same reads in plaintext, and what AES costs on this machine. */
final class EncryptedReads {

  private static final int FILES = 64;
  private static final int BYTES = 4 << 20;

  private EncryptedReads() {}

  static void run(int rounds) throws Exception {
    Path directory = Files.createTempDirectory("forebay-bench-");
    TlsFiles tls = issue(directory);
    WireSecurity security =
        new WireSecurity(Optional.of(tls), ClientCertificates.NONE, false, Optional.empty());
    double aes = opensslBytesPerSecond();
    for (int readers : new int[] {1, 2}) {
      race(tls, security, readers, rounds);
    }
    System.out.printf(
        Locale.ROOT,
        "%n`openssl speed -evp aes-128-gcm -bytes 16384`, one thread: %,.0f MB/s%n",
        aes / 1e6);
    ConfiguredServer.deleteTree(directory);
  }

  private static void race(TlsFiles tls, WireSecurity security, int readers, int rounds)
      throws Exception {
    try (Fixture plain = new Fixture(FILES, BYTES);
        Fixture encrypted = new Fixture(FILES, BYTES, security);
        Threads threads = new Threads(readers)) {
      DataSet overPlaintext = plain.elsewhere();
      DataSet overTls = encrypted.elsewhere(tls.trust());
      List<ByteBuffer> buffers = List.of(buffer(), buffer());
      new Race(
              "Remote reads of 4 MiB files over TLS, " + readers + " in flight",
              rounds,
              FILES,
              1.0 * FILES * BYTES)
          .yardstick("plaintext", () -> read(overPlaintext, plain, threads, readers, buffers))
          .contender(
              "TLS 1.3, AES-128-GCM",
              "0.6",
              () -> read(overTls, encrypted, threads, readers, buffers))
          .run();
    }
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(BYTES);
  }

  private static void read(
      DataSet data, Fixture fixture, Threads threads, int readers, List<ByteBuffer> buffers)
      throws Exception {
    threads.together(
        t -> {
          for (int i = t; i < FILES; i += readers) {
            data.read(fixture.paths().get(i), buffers.get(t).clear());
          }
        });
  }

  private static TlsFiles issue(Path directory) throws Exception {
    X509Bundle authority =
        new CertificateBuilder()
            .subject("CN=bench")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    X509Bundle server =
        new CertificateBuilder()
            .subject("CN=server")
            .addSanIpAddress("127.0.0.1")
            .buildIssuedBy(authority);
    return new TlsFiles(
        Files.writeString(directory.resolve("ca.pem"), authority.getCertificatePEM()),
        Optional.of(
            new TlsFiles.Identity(
                Files.writeString(directory.resolve("s.pem"), server.getCertificatePathPEM()),
                Files.writeString(directory.resolve("s.key"), server.getPrivateKeyPEM()))));
  }

  /** The last figure that OpenSSL prints, in thousands of bytes per second. */
  private static double opensslBytesPerSecond() throws IOException, InterruptedException {
    Process openssl =
        new ProcessBuilder(
                "openssl",
                "speed",
                "-elapsed",
                "-seconds",
                "2",
                "-bytes",
                "16384",
                "-evp",
                "aes-128-gcm")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output =
        new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!openssl.waitFor(1, TimeUnit.MINUTES) || openssl.exitValue() != 0) {
      throw new IOException("openssl speed failed: " + output);
    }
    String last = output.substring(output.lastIndexOf(' ') + 1);
    return 1000 * Double.parseDouble(last.replace("k", ""));
  }
}
