package io.forebay.membership.dns;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

/**
 * What {@code dns://RESOLVER:PORT/NAME:PORT} says.
 *
 * @param resolver whom to ask, if not those of this machine
 * @param name the servers', without a dot at its end if the machine's search domains apply
 * @param port where the servers listen; empty if SRV records say it
 */
record DnsSource(Optional<InetSocketAddress> resolver, Name name, OptionalInt port) {

  private static final Pattern PATH = Pattern.compile("/([^/:]+)(?::([0-9]{1,5}))?");

  private static final int DNS_PORT = 53;

  private static final int MAX_PORT = 65_535;

  /** What headless services of Kubernetes call the port that has the name {@code forebay}. */
  private static final String SERVICE = "_forebay._tcp";

  /**
   * @throws IllegalArgumentException for anything else
   */
  static DnsSource parse(URI source) {
    Matcher path = PATH.matcher(Optional.ofNullable(source.getPath()).orElse(""));
    boolean hasResolver = source.getRawAuthority() != null;
    if (!path.matches()
        || source.getRawQuery() != null
        || (hasResolver && (source.getHost() == null || source.getRawUserInfo() != null))) {
      throw new IllegalArgumentException(
          "a dns: source is dns:///NAME:PORT for a name with addresses, dns:///NAME for one with"
              + " SRV records, or dns://RESOLVER:PORT/... to ask another resolver than this"
              + " machine's");
    }
    OptionalInt port =
        path.group(2) == null
            ? OptionalInt.empty()
            : OptionalInt.of(Integer.parseInt(path.group(2)));
    if (port.orElse(0) > MAX_PORT) {
      throw new IllegalArgumentException(source + ": " + port.getAsInt() + " is not a port");
    }
    try {
      return new DnsSource(
          hasResolver
              ? Optional.of(
                  new InetSocketAddress(
                      source.getHost(), source.getPort() < 0 ? DNS_PORT : source.getPort()))
              : Optional.empty(),
          Name.fromString(path.group(1)),
          port);
    } catch (TextParseException e) {
      throw new IllegalArgumentException(
          source + ": '" + path.group(1) + "' is not a name: " + e.getMessage(), e);
    }
  }

  /** Where SRV records are. */
  Name service() {
    try {
      return Name.concatenate(Name.fromString(SERVICE), name);
    } catch (TextParseException | org.xbill.DNS.NameTooLongException e) {
      throw new IllegalArgumentException(name + " is too long a name for SRV records", e);
    }
  }
}
