package io.forebay.server;

import io.forebay.tls.TlsFiles;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** An authority and the certificates that it issues, as PEM files. */
final class TestCertificates {

  private final Path directory;
  private final X509Bundle authority;
  private final Path trust;

  /**
   * @param name of the authority and its file
   */
  TestCertificates(Path directory, String name) throws Exception {
    this.directory = Files.createDirectories(directory);
    authority = builder(name).setIsCertificateAuthority(true).buildSelfSigned();
    trust = write(name + "-ca.pem", authority.getCertificatePEM());
  }

  private static CertificateBuilder builder(String name) {
    return new CertificateBuilder().algorithm(Algorithm.ecp256).subject("CN=" + name);
  }

  Path trust() {
    return trust;
  }

  /**
   * Issues a certificate, in place of one of the same name.
   *
   * @param host that it is for: an IP address
   */
  TlsFiles issue(String name, String host) throws Exception {
    X509Bundle issued = builder(name).addSanIpAddress(host).buildIssuedBy(authority);
    return new TlsFiles(
        trust,
        Optional.of(
            new TlsFiles.Identity(
                write(name + ".pem", issued.getCertificatePathPEM()),
                write(name + ".key", issued.getPrivateKeyPEM()))));
  }

  private Path write(String name, String text) throws IOException {
    Path unfinished = Files.writeString(directory.resolve(name + ".new"), text);
    return Files.move(
        unfinished,
        directory.resolve(name),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }
}
