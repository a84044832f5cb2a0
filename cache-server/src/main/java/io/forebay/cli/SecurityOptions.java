package io.forebay.cli;

import io.forebay.Forebay;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** How a command and servers of other nodes prove to each other who they are. */
final class SecurityOptions {

  @Option(
      names = "--tls-trust",
      paramLabel = "FILE",
      description =
          "PEM file of the authorities of servers' certificates; uses TLS (default: FOREBAY_TLS_TRUST, or"
              + " that of this node's server).")
  private Path trust;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "PEM file of this client's certificate (default: FOREBAY_TLS_CERTIFICATE).")
  private Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "PEM file of its key (default: FOREBAY_TLS_KEY).")
  private Path key;

  @Option(
      names = "--token",
      paramLabel = "FILE",
      description =
          "File of the token that 'forebay token' has made (default: FOREBAY_TOKEN_FILE).")
  private Path token;

  /** With what the environment says in place of what was not given, as {@link Forebay} has it. */
  ClientFiles files() {
    Map<String, Path> given = new TreeMap<>();
    put(given, ClientFiles.TRUST, trust);
    put(given, ClientFiles.CERTIFICATE, certificate);
    put(given, ClientFiles.KEY, key);
    put(given, ClientFiles.TOKEN, token);
    return new ClientFiles(given);
  }

  private static void put(Map<String, Path> files, String variable, Path option) {
    Optional.ofNullable(option)
        .or(
            () ->
                Optional.ofNullable(System.getenv(variable))
                    .filter(text -> !text.isEmpty())
                    .map(Path::of))
        .ifPresent(file -> files.put(variable, file.toAbsolutePath()));
  }
}
