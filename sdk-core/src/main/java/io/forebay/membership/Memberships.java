package io.forebay.membership;

import io.forebay.placement.View;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens what operators write as the members of a cluster. */
public final class Memberships {

  private static final Logger log = LoggerFactory.getLogger(Memberships.class);

  /** Unlike {@code host:port}. */
  private static final Pattern SOURCE = Pattern.compile("[a-z][a-z0-9+.-]*:/.*");

  /** Between attempts of a server to reach its source. */
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  /** What brings the schemes that need a library. */
  private static final Map<String, String> ARTIFACTS =
      Map.of("dns", "forebay-membership-dns", "etcd", "forebay-membership-etcd");

  private static final List<MembershipProvider> PROVIDERS =
      ServiceLoader.load(MembershipProvider.class, Memberships.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private Memberships() {}

  /** Whether this is a source, and no list of members. */
  public static boolean isSource(String text) {
    return SOURCE.matcher(text.strip()).matches() && !text.strip().startsWith("unix:");
  }

  /**
   * Finds the members for a client.
   *
   * @param text a source such as {@code file:/etc/forebay/members}, or members with commas between
   *     them
   * @throws IOException when the source cannot be read
   * @throws IllegalArgumentException for what is neither
   */
  public static Membership open(String text) throws IOException {
    return isSource(text)
        ? DampedMembership.around(provided(source(text)))
        : new StaticMembership(View.parse(text));
  }

  /**
   * Finds the members for a server. While the source cannot be read, the server is alone: it has to
   * serve its node, and may be what brings the source back.
   *
   * @throws IllegalArgumentException for what is neither a source nor members
   */
  public static Membership join(String text) {
    try {
      return open(text);
    } catch (IOException e) {
      log.warn("this server starts alone, and joins the others when it can: {}", e.getMessage());
      return DampedMembership.around(new LateMembership(() -> provided(source(text)), INTERVAL));
    }
  }

  private static URI source(String text) {
    return URI.create(text.strip());
  }

  private static Membership provided(URI source) throws IOException {
    TreeSet<String> known = new TreeSet<>();
    for (MembershipProvider provider : PROVIDERS) {
      if (provider.schemes().contains(source.getScheme())) {
        return provider.open(source);
      }
      provider.schemes().forEach(scheme -> known.add(scheme + ":"));
    }
    // The rest of the source is not named: it is not known where such a source has its secrets.
    String artifact = ARTIFACTS.get(source.getScheme());
    throw new IllegalArgumentException(
        artifact == null
            ? "no membership for scheme '" + source.getScheme() + "'; known: " + known
            : source.getScheme()
                + ": members need a library that is not on the class path; add io.forebay:"
                + artifact);
  }
}
