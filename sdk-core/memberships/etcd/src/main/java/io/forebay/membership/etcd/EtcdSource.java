package io.forebay.membership.etcd;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What {@code etcd://HOST:PORT,HOST:PORT/PREFIX?OPTION=VALUE} says. Secrets are in files that it
 * names, so it can be logged.
 *
 * @param endpoints each {@code host:port}
 * @param prefix of the members' keys, with a slash at its end
 * @param user empty for none
 * @param passwordFile the user's; its content is read at each connection
 * @param tls whether connections are encrypted
 * @param ca certificates that the servers' are checked with, if not with the JVM's
 * @param certificate this process's own, with {@code key}
 * @param ttl how long a member stays there without a sign of life
 */
record EtcdSource(
    List<String> endpoints,
    String prefix,
    Optional<String> user,
    Optional<Path> passwordFile,
    boolean tls,
    Optional<Path> ca,
    Optional<Path> certificate,
    Optional<Path> key,
    Duration ttl) {

  private static final Set<String> OPTIONS =
      Set.of("user", "password-file", "tls", "ca", "certificate", "key", "ttl");

  private static final int DEFAULT_TTL_SECONDS = 15;

  /** Above it a killed server would be asked for very long. */
  private static final int MAX_TTL_SECONDS = 600;

  private static final String EXAMPLE = "etcd://10.0.0.1:2379,10.0.0.2:2379/forebay";

  /**
   * @throws IllegalArgumentException naming the part that is wrong, but no secret
   */
  static EtcdSource parse(URI source) {
    String authority = Optional.ofNullable(source.getRawAuthority()).orElse("");
    if (authority.contains("@")) {
      throw new IllegalArgumentException(
          "a user does not stand before the hosts of an etcd: source, where a password would be"
              + " seen; use ?user=NAME&password-file=FILE behind the prefix");
    }
    List<String> endpoints = List.of(authority.split(",", -1));
    if (!endpoints.stream()
        .allMatch(e -> e.matches("[^:]+:[0-9]{1,5}|\\[[0-9a-fA-F:.]+]:[0-9]{1,5}"))) {
      throw new IllegalArgumentException(
          "'" + authority + "' is not HOST:PORT,HOST:PORT; use for example " + EXAMPLE);
    }
    String path = Optional.ofNullable(source.getPath()).orElse("").replaceFirst("/+$", "");
    if (path.isEmpty()) {
      throw new IllegalArgumentException(
          source + " has no prefix for the members' keys; use for example " + EXAMPLE);
    }
    Map<String, String> options = options(source);
    Optional<String> user = Optional.ofNullable(options.get("user"));
    Optional<Path> passwordFile = file(options, "password-file");
    if (user.isPresent() != passwordFile.isPresent()) {
      throw new IllegalArgumentException(source + ": user and password-file belong together");
    }
    Optional<Path> ca = file(options, "ca");
    Optional<Path> certificate = file(options, "certificate");
    Optional<Path> key = file(options, "key");
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(source + ": certificate and key belong together");
    }
    return new EtcdSource(
        endpoints,
        path + "/",
        user,
        passwordFile,
        ca.isPresent() || certificate.isPresent() || tls(options.getOrDefault("tls", "false")),
        ca,
        certificate,
        key,
        ttl(options.getOrDefault("ttl", "" + DEFAULT_TTL_SECONDS)));
  }

  private static Map<String, String> options(URI source) {
    Map<String, String> options = new TreeMap<>();
    String query = Optional.ofNullable(source.getRawQuery()).orElse("");
    for (String option : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equal = option.indexOf('=');
      String name = equal < 0 ? option : option.substring(0, equal);
      if (!OPTIONS.contains(name)) { // it may have a secret as its value
        throw new IllegalArgumentException(
            "unknown option '" + name + "' of an etcd: source; known: " + new TreeSet<>(OPTIONS));
      }
      options.put(
          name, URLDecoder.decode(option.substring(equal + 1), StandardCharsets.UTF_8).strip());
    }
    return options;
  }

  private static Optional<Path> file(Map<String, String> options, String name) {
    return Optional.ofNullable(options.get(name)).map(Path::of);
  }

  private static boolean tls(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException("tls=" + text + ": use true or false");
    }
    return text.equals("true");
  }

  private static Duration ttl(String text) {
    int seconds = text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : 0;
    if (seconds < 1 || seconds > MAX_TTL_SECONDS) {
      throw new IllegalArgumentException(
          "ttl=" + text + ": use seconds, from 1 to " + MAX_TTL_SECONDS);
    }
    return Duration.ofSeconds(seconds);
  }

  /** For messages. */
  @Override
  public String toString() {
    return "etcd at " + String.join(",", endpoints);
  }
}
