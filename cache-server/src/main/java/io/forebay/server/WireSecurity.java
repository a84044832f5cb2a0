package io.forebay.server;

import io.forebay.config.Setting;
import io.forebay.tls.ClientCertificates;
import io.forebay.tls.TlsFiles;
import io.forebay.wire.Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a server and what connects to it over TCP prove to each other who they are.
 *
 * @param tls the server's certificate, and the authorities of clients and of other servers; empty
 *     for plaintext
 * @param clients whether clients must have a certificate
 * @param plaintext whether other machines may be served without TLS
 * @param tokensKey file of the key of tokens; if there is one, TCP clients need a token
 */
public record WireSecurity(
    Optional<TlsFiles> tls,
    ClientCertificates clients,
    boolean plaintext,
    Optional<Path> tokensKey) {

  /** Nothing is proved, so only this machine is served. */
  public static final WireSecurity NONE =
      new WireSecurity(Optional.empty(), ClientCertificates.NONE, false, Optional.empty());

  static final List<String> KEYS =
      List.of("tls", "tls.certificate", "tls.key", "tls.trust", "tls.clients", "tokens.key");

  private static final List<String> FILES = List.of("tls.certificate", "tls.key", "tls.trust");

  static WireSecurity parse(Map<String, String> plain) {
    boolean plaintext = Setting.of(plain, "tls", WireSecurity::none, false);
    List<String> missing = FILES.stream().filter(key -> !plain.containsKey(key)).toList();
    boolean some = missing.size() < FILES.size();
    if (some && !missing.isEmpty()) {
      throw new IllegalArgumentException(
          "TLS needs three files, and " + String.join(" and ", missing) + " is not set");
    }
    if (some && plaintext) {
      throw new IllegalArgumentException(
          "tls = none and " + FILES + " exclude each other; remove one of them");
    }
    ClientCertificates clients =
        Setting.of(plain, "tls.clients", ClientCertificates::parse, ClientCertificates.NONE);
    if (!some && clients != ClientCertificates.NONE) {
      throw new IllegalArgumentException("tls.clients needs " + FILES);
    }
    return new WireSecurity(
        some
            ? Optional.of(
                new TlsFiles(
                    Path.of(plain.get("tls.trust")),
                    Optional.of(
                        new TlsFiles.Identity(
                            Path.of(plain.get("tls.certificate")), Path.of(plain.get("tls.key"))))))
            : Optional.empty(),
        clients,
        plaintext,
        Setting.of(plain, "tokens.key", text -> Optional.of(Path.of(text)), Optional.empty()));
  }

  private static boolean none(String text) {
    if (text.equals("none")) {
      return true;
    }
    throw new IllegalArgumentException(
        "'" + text + "' can only be none; for TLS set " + FILES + " instead");
  }

  /**
   * Plaintext leaves this machine by an operator's decision only.
   *
   * @param key of the address
   * @throws IllegalArgumentException with both ways out
   */
  void requireDecision(String key, Address.Tcp address) {
    if (tls.isEmpty() && !plaintext && !isLoopback(address)) {
      throw new IllegalArgumentException(
          key
              + " "
              + address
              + " serves other machines, and without TLS everybody on the network between them can"
              + " read along; set tls.certificate, tls.key and tls.trust, or accept plaintext with"
              + " tls = none");
    }
  }

  /** What an operator should not forget. */
  List<String> warnings(Address.Tcp tcp, Address.Tcp admin) {
    return Stream.of(warning("listen.tcp", tcp), warning("listen.admin", admin))
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<String> warning(String key, Address.Tcp address) {
    return tls.isPresent() || isLoopback(address)
        ? Optional.empty()
        : Optional.of(
            key
                + " "
                + address
                + " is plaintext (tls = none): everybody on its network can read files and tokens;"
                + " set tls.certificate, tls.key and tls.trust instead");
  }

  /** The admin endpoint's clients on this machine need no certificate of it. */
  boolean isAdminEncrypted(Address.Tcp admin) {
    return tls.isPresent() && !isLoopback(admin);
  }

  private static boolean isLoopback(Address.Tcp address) {
    InetAddress resolved = new InetSocketAddress(address.host(), address.port()).getAddress();
    return resolved != null && resolved.isLoopbackAddress();
  }
}
