package io.forebay.server;

import io.forebay.membership.ChangingMembership;
import io.forebay.membership.Membership;
import io.forebay.membership.MembershipProvider;
import io.forebay.placement.View;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Members that a test tells, to each server and client when it wants to: {@code told:/NAME} is the
 * source of the one that has this name. Thread-safe.
 */
public final class ToldMembershipProvider implements MembershipProvider {

  private static final Map<String, View> views = new ConcurrentHashMap<>();
  private static final Map<String, ChangingMembership> open = new ConcurrentHashMap<>();

  /** The source of one server or client, which must know a view before it opens it. */
  static String source(String name) {
    return "told:/" + name;
  }

  /** Has a server or client know a view from now on, or when it is started. */
  static void tell(String name, View view) {
    views.put(name, view);
    Optional.ofNullable(open.get(name)).ifPresent(membership -> membership.change(view));
  }

  @Override
  public Set<String> schemes() {
    return Set.of("told");
  }

  @Override
  public Membership open(URI source) {
    String name = source.getPath().substring(1);
    ChangingMembership membership = new ChangingMembership(views.get(name), () -> {}, () -> {});
    open.put(name, membership);
    return membership;
  }
}
