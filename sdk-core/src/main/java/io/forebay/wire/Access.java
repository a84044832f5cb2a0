package io.forebay.wire;

import io.forebay.ServerSecurity;
import io.forebay.config.FileValue;
import io.forebay.config.TextFile;
import io.forebay.tls.Tls;
import io.forebay.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a client needs for servers to let it in.
 *
 * @param tls for servers of other nodes; empty for plaintext
 * @param token the present one; asked before each request, and may change
 */
public record Access(Optional<Tls> tls, Optional<Supplier<String>> token) {

  /** Plaintext, without a token. */
  public static final Access OPEN = new Access(Optional.empty(), Optional.empty());

  /**
   * @param announced the file of authorities that the node's server uses itself
   * @throws IOException naming the file that cannot be used, and why
   */
  public static Access of(ServerSecurity security, Optional<Path> announced) throws IOException {
    Optional<Path> trust = security.trust().or(() -> announced);
    Optional<TlsFiles.Identity> identity =
        security.certificate().map(c -> new TlsFiles.Identity(c, security.key().orElseThrow()));
    return new Access(
        trust.isEmpty()
            ? Optional.empty()
            : Optional.of(new Tls(new TlsFiles(trust.get(), identity))),
        security.tokenFile().isEmpty()
            ? security.token()
            : Optional.of(ofFile(security.tokenFile().get())));
  }

  private static Supplier<String> ofFile(Path file) throws IOException {
    return new FileValue<>(List.of(file), () -> TextFile.read(file).strip())::get;
  }

  Optional<String> presentToken() {
    return token.map(Supplier::get);
  }
}
