package io.forebay.server.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** The token with which a server asks the others, made anew before it expires. Thread-safe. */
public final class ServerToken implements Supplier<String> {

  private static final Duration LIFETIME = Duration.ofHours(1);

  private final TokenKey key;
  private final String server;
  private String token;
  private Instant renewal;

  /**
   * @param server name among the members
   */
  public ServerToken(TokenKey key, String server) throws IOException {
    this.key = key;
    this.server = server;
    renew(Instant.now());
  }

  private void renew(Instant now) throws IOException {
    token =
        key.sign(
            new Grant("server " + server, List.of(Grant.ALL), Role.OPERATE, now.plus(LIFETIME)));
    renewal = now.plus(LIFETIME.dividedBy(2));
  }

  @Override
  public synchronized String get() {
    Instant now = Instant.now();
    if (now.isAfter(renewal)) {
      try {
        renew(now);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return token;
  }
}
