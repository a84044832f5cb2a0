package io.forebay.membership.etcd;

import io.forebay.membership.Membership;
import io.forebay.membership.MembershipProvider;
import java.io.IOException;
import java.net.URI;
import java.util.Set;

/** Members that announce themselves in etcd. */
public final class EtcdMembershipProvider implements MembershipProvider {

  @Override
  public Set<String> schemes() {
    return Set.of("etcd");
  }

  @Override
  public Membership open(URI source) throws IOException {
    return EtcdMembership.open(EtcdSource.parse(source));
  }
}
