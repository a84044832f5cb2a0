package io.forebay.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The PEM files of one end of a connection.
 *
 * @param trust certificates of the authorities that the other end's certificate must come from
 * @param identity what this end shows; a client may have none
 */
public record TlsFiles(Path trust, Optional<Identity> identity) {

  /**
   * A certificate and its key.
   *
   * @param certificate with those of intermediate authorities behind it
   * @param key PKCS #8, not encrypted
   */
  public record Identity(Path certificate, Path key) {}

  List<Path> all() {
    List<Path> all = new ArrayList<>(List.of(trust));
    identity.ifPresent(own -> all.addAll(List.of(own.certificate, own.key)));
    return all;
  }
}
