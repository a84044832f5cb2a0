package io.forebay.server;

import static io.forebay.server.SecuredServer.requireReads;
import static io.forebay.server.SecuredServer.tls;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.Forebay;
import io.forebay.node.NodeDataSet;
import io.forebay.samples.oss.OwnAddresses;
import io.forebay.server.access.TokenKey;
import io.forebay.tls.TlsFiles;
import io.forebay.wire.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import nl.altindag.ssl.util.TrustManagerUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections over TCP with certificates. */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsTest {

  @TempDir private Path directory;
  private TestCertificates certificates;
  private String host;

  @BeforeEach
  void issue() throws Exception {
    certificates = new TestCertificates(directory.resolve("pki"), "cluster");
    host = OwnAddresses.host();
  }

  @Test
  void filesOfAllSizesAreReadOverTls() throws Exception {
    try (SecuredServer server = new SecuredServer(directory, tls(certificates.issue("s", host)));
        Forebay client = server.elsewhere().tls(certificates.trust()).open()) {
      requireReads(client, "a");
      requireReads(client, "b");
    }
  }

  @Test
  void aClientOfTheNodeTrustsWhatItsServerTrusts() throws Exception {
    try (SecuredServer server = new SecuredServer(directory, tls(certificates.issue("s", host)));
        Forebay client =
            Forebay.builder()
                .node(server.node())
                .servers("x=" + server.server().address())
                .open()) {
      requireReads(client, "a");
    }
  }

  @Test
  void aServerWithACertificateForAnotherHostIsRefused() throws Exception {
    try (SecuredServer server =
            new SecuredServer(directory, tls(certificates.issue("s", "192.0.2.1")));
        Forebay client = server.elsewhere().tls(certificates.trust()).open()) {
      assertThatThrownBy(() -> client.dataSet("a"))
          .hasMessageContaining(server.server().address())
          .hasMessageContaining("FOREBAY_TLS_TRUST");
    }
  }

  @Test
  void aServerOfAnotherAuthorityIsRefused() throws Exception {
    TestCertificates others = new TestCertificates(directory.resolve("others"), "others");
    try (SecuredServer server = new SecuredServer(directory, tls(others.issue("s", host)));
        Forebay client = server.elsewhere().tls(certificates.trust()).open()) {
      assertThatThrownBy(() -> client.dataSet("a")).hasMessageContaining("FOREBAY_TLS_TRUST");
    }
  }

  @Test
  void onlyClientsWithACertificateAreServedIfItIsRequired() throws Exception {
    TestCertificates others = new TestCertificates(directory.resolve("others"), "others");
    TlsFiles.Identity own = certificates.issue("client", host).identity().orElseThrow();
    TlsFiles.Identity foreign = others.issue("stranger", host).identity().orElseThrow();
    try (SecuredServer server =
        new SecuredServer(
            directory, tls(certificates.issue("s", host), "tls.clients = required"))) {
      try (Forebay client =
          server
              .elsewhere()
              .tls(certificates.trust())
              .certificate(own.certificate(), own.key())
              .open()) {
        requireReads(client, "a");
      }
      try (Forebay client = server.elsewhere().tls(certificates.trust()).open()) {
        assertThatThrownBy(() -> client.dataSet("a")).hasMessageContaining("certificate");
      }
      try (Forebay client =
          server
              .elsewhere()
              .tls(certificates.trust())
              .certificate(foreign.certificate(), foreign.key())
              .open()) {
        assertThatThrownBy(() -> client.dataSet("a")).hasMessageContaining("certificate");
      }
    }
  }

  @Test
  void aPlaintextClientLearnsThatTheServerMayUseTls() throws Exception {
    try (SecuredServer server = new SecuredServer(directory, tls(certificates.issue("s", host)));
        Forebay client = server.elsewhere().open()) {
      assertThatThrownBy(() -> client.dataSet("a"))
          .hasMessageContaining("name its authorities with FOREBAY_TLS_TRUST");
    }
  }

  @Test
  void aTlsClientLearnsThatTheServerMayNotUseIt() throws Exception {
    try (SecuredServer server = new SecuredServer(directory);
        Forebay client = server.elsewhere().tls(certificates.trust()).open()) {
      assertThatThrownBy(() -> client.dataSet("a"))
          .hasMessageContaining("check that the server does");
    }
  }

  @Test
  void aRenewedCertificateIsShownToNewConnectionsWhileOthersGoOn() throws Exception {
    try (SecuredServer server = new SecuredServer(directory, tls(certificates.issue("s", host)));
        Forebay client = server.elsewhere().tls(certificates.trust()).open();
        SSLSocket open = connect(server)) {
      requireReads(client, "a");
      X509Certificate first = shown(open);
      certificates.issue("s", host);
      await()
          .atMost(ONE_MINUTE)
          .untilAsserted(
              () -> {
                try (SSLSocket another = connect(server)) {
                  assertThat(shown(another)).isNotEqualTo(first);
                }
              });
      requireReads(client, "b");
      open.getOutputStream().write(new byte[] {0, 0}); // of a frame that is not complete
      open.setSoTimeout(1);
      assertThatThrownBy(() -> open.getInputStream().read())
          .as("the connection is still open")
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  private static SSLSocket connect(SecuredServer server) throws Exception {
    String[] address = server.server().address().split(":", -1);
    SSLContext any = SSLContext.getInstance("TLS");
    any.init(null, new TrustManager[] {TrustManagerUtils.createUnsafeTrustManager()}, null);
    SSLSocket socket =
        (SSLSocket)
            any.getSocketFactory()
                .createSocket(InetAddress.getByName(address[0]), Integer.parseInt(address[1]));
    socket.startHandshake();
    return socket;
  }

  private static X509Certificate shown(SSLSocket socket) throws IOException {
    return (X509Certificate) socket.getSession().getPeerCertificates()[0];
  }

  @Test
  void aKeyWithoutItsCertificateLeavesTheFormerPairInUse() throws Exception {
    TlsFiles files = certificates.issue("s", host);
    try (SecuredServer server = new SecuredServer(directory, tls(files))) {
      Files.writeString(files.identity().orElseThrow().certificate(), "half a certif");
      try (SSLSocket socket = connect(server)) {
        assertThat(shown(socket)).isNotNull();
      }
      try (Forebay client = server.elsewhere().tls(certificates.trust()).open()) {
        requireReads(client, "a");
      }
    }
  }

  @Test
  void serversTalkToEachOtherWithTheirCertificatesAndTokens() throws Exception {
    Path key = directory.resolve("tokens.key");
    TokenKey.create(key);
    Address.Tcp one = address();
    Address.Tcp two = address();
    String members = "members = one=" + one + ", two=" + two;
    Path root = Files.createDirectory(directory.resolve("shared"));
    Files.writeString(root.resolve("file"), "content");
    String[] both = {
      "tls.clients = required", "tokens.key = " + key, members, "dataset.a.root = " + root.toUri()
    };
    Path first = Files.createDirectory(directory.resolve("1"));
    Path second = Files.createDirectory(directory.resolve("2"));
    try (SecuredServer a =
            new SecuredServer(first, one, with(tls(certificates.issue("one", host), both), "one"));
        SecuredServer b =
            new SecuredServer(
                second, two, with(tls(certificates.issue("two", host), both), "two"))) {
      NodeDataSet listed = a.server().node().dataSet("a");
      listed.snapshotForAll(found -> {});
      await()
          .atMost(ONE_MINUTE)
          .untilAsserted(
              () ->
                  assertThat(b.server().node().dataSet("a").status().snapshot())
                      .as("the snapshot that the other server was told to use")
                      .isPresent()
                      .isEqualTo(listed.status().snapshot()));
    }
  }

  private Address.Tcp address() throws IOException {
    return new Address.Tcp(host, OwnAddresses.nextPort());
  }

  private static String[] with(String[] settings, String name) {
    String[] all = Arrays.copyOf(settings, settings.length + 1);
    all[settings.length] = "name = " + name;
    return all;
  }
}
