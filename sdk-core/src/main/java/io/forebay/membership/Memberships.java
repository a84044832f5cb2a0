package io.forebay.membership;

import io.forebay.placement.View;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Opens what operators write as the members of a cluster. */
public final class Memberships {

  /** Unlike {@code host:port}. */
  private static final Pattern SOURCE = Pattern.compile("[a-z][a-z0-9+.-]*:/.*");

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
   * @param text a source such as {@code file:/etc/forebay/members}, or members with commas between
   *     them
   * @throws IOException when the source cannot be read
   * @throws IllegalArgumentException for what is neither
   */
  public static Membership open(String text) throws IOException {
    if (!isSource(text)) {
      return new StaticMembership(View.parse(text));
    }
    URI source = URI.create(text.strip());
    TreeSet<String> known = new TreeSet<>();
    for (MembershipProvider provider : PROVIDERS) {
      if (provider.schemes().contains(source.getScheme())) {
        return provider.open(source);
      }
      provider.schemes().forEach(scheme -> known.add(scheme + ":"));
    }
    throw new IllegalArgumentException(
        "no membership for scheme '" + source.getScheme() + "' of " + source + "; known: " + known);
  }
}
