package io.forebay.kubernetes.cluster;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** An authority, and what it issues to the programs and users of a cluster. */
final class Credentials {

  private final Path directory;
  private final String server;
  private final X509Bundle authority;

  /**
   * @param server URL of the API server
   */
  Credentials(Path directory, String server) throws Exception {
    this.directory = Files.createDirectories(directory);
    this.server = server;
    authority = builder("CN=cluster").setIsCertificateAuthority(true).buildSelfSigned();
    Files.writeString(authority(), authority.getCertificatePEM());
  }

  private static CertificateBuilder builder(String subject) {
    return new CertificateBuilder().algorithm(Algorithm.rsa2048).subject(subject);
  }

  Path authority() {
    return directory.resolve("ca.crt");
  }

  Path certificate(String name) {
    return directory.resolve(name + ".crt");
  }

  Path key(String name) {
    return directory.resolve(name + ".key");
  }

  void issue(String name, String subject, UnaryOperator<CertificateBuilder> names)
      throws Exception {
    X509Bundle issued = names.apply(builder(subject)).buildIssuedBy(authority);
    Files.writeString(certificate(name), issued.getCertificatePathPEM());
    Files.writeString(key(name), issued.getPrivateKeyPEM());
  }

  /** A file that makes a client a user. */
  Path kubeconfig(String name, String subject) throws Exception {
    issue(name, subject, names -> names);
    return write(
        name,
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: test, cluster: {server: "%s", certificate-authority: "%s"}}]
        users: [{name: user, user: {client-certificate: "%s", client-key: "%s"}}]
        contexts: [{name: test, context: {cluster: test, user: user}}]
        current-context: test
        """
            .formatted(server, authority(), certificate(name), key(name)));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name + ".kubeconfig"), text);
  }
}
