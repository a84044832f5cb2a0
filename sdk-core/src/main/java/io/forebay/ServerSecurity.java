package io.forebay;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How a client and the servers of other nodes prove to each other who they are.
 *
 * @param trust PEM file of the authorities that servers' certificates come from; empty for
 *     plaintext, unless the node's server has announced one
 * @param certificate PEM file that this client shows to servers that ask for it; only with a key
 * @param key PEM file of its key
 * @param tokenFile file of the token that this client shows; read again when it changes
 * @param token where the token comes from instead, asked often
 */
public record ServerSecurity(
    Optional<Path> trust,
    Optional<Path> certificate,
    Optional<Path> key,
    Optional<Path> tokenFile,
    Optional<Supplier<String>> token) {

  /** Nothing is proved. */
  public static final ServerSecurity NONE =
      new ServerSecurity(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  public ServerSecurity {
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "a client certificate needs its key: give both files, or neither");
    }
    if (tokenFile.isPresent() && token.isPresent()) {
      throw new IllegalArgumentException("the token is given twice: as a file and by the program");
    }
  }

  /** With files from the environment in place of those that are not given. */
  ServerSecurity orOf(Map<String, String> environment) {
    Optional<Path> none = Optional.empty();
    boolean ownCertificate = certificate.isPresent();
    return new ServerSecurity(
        trust.or(() -> file(environment, "FOREBAY_TLS_TRUST")),
        ownCertificate ? certificate : file(environment, "FOREBAY_TLS_CERTIFICATE"),
        ownCertificate ? key : file(environment, "FOREBAY_TLS_KEY"),
        token.isPresent() ? none : tokenFile.or(() -> file(environment, "FOREBAY_TOKEN_FILE")),
        token);
  }

  private static Optional<Path> file(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(f -> !f.isEmpty()).map(Path::of);
  }
}
