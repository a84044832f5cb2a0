package io.forebay.cli;

import io.forebay.Forebay;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Files of certificates and of a token.
 *
 * @param files by the environment variables that name them
 */
public record ClientFiles(Map<String, Path> files) {

  static final String TRUST = "FOREBAY_TLS_TRUST";
  static final String CERTIFICATE = "FOREBAY_TLS_CERTIFICATE";
  static final String KEY = "FOREBAY_TLS_KEY";
  public static final String TOKEN = "FOREBAY_TOKEN_FILE";

  public ClientFiles {
    files = Map.copyOf(files);
    if (files.containsKey(CERTIFICATE) != files.containsKey(KEY)) {
      throw new IllegalArgumentException(
          "a client certificate needs its key: give both --tls-certificate and --tls-key");
    }
  }

  Optional<Path> file(String variable) {
    return Optional.ofNullable(files.get(variable));
  }

  void addTo(Forebay.Builder builder) {
    file(TRUST).ifPresent(builder::tls);
    file(CERTIFICATE).ifPresent(file -> builder.certificate(file, files.get(KEY)));
    file(TOKEN).ifPresent(builder::token);
  }
}
