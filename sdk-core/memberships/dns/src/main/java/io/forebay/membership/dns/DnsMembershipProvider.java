package io.forebay.membership.dns;

import io.forebay.membership.Membership;
import io.forebay.membership.MembershipProvider;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/** Members that DNS names. It is asked again when its answer has run out. */
public final class DnsMembershipProvider implements MembershipProvider {

  /** For answers that hold for a shorter time, such as none: a resolver is not to be flooded. */
  private static final Duration MIN = Duration.ofSeconds(5);

  /** For answers that hold longer: a new server is not to wait for hours. */
  private static final Duration MAX = Duration.ofMinutes(5);

  private final Duration min;
  private final Duration max;

  public DnsMembershipProvider() {
    this(MIN, MAX);
  }

  /** With other bounds of the time between questions. */
  DnsMembershipProvider(Duration min, Duration max) {
    this.min = min;
    this.max = max;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("dns");
  }

  @Override
  public Membership open(URI source) throws IOException {
    return DnsRounds.start(new DnsLookup(DnsSource.parse(source)), min, max);
  }
}
