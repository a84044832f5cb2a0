package io.forebay.server;

import io.forebay.membership.Membership;
import io.forebay.node.CacheNode;
import io.forebay.placement.Member;
import io.forebay.placement.Placement;
import io.forebay.placement.View;
import io.forebay.server.admin.Departure;
import io.forebay.store.TierOptions;
import io.forebay.tls.TlsFiles;
import io.forebay.wire.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This server as a member of its cluster: what it says of itself, and what follows from the others.
 * Thread-safe.
 */
final class ClusterMember implements Departure, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ClusterMember.class);

  private final ServerConfig config;
  private final CacheNode node;
  private final Membership membership;
  private final Peers peers;
  private Address.Tcp address;
  private Address.Tcp admin;
  private volatile boolean draining;

  /** Guarded by this: whether the view has this server. */
  private boolean member = true;

  ClusterMember(ServerConfig config, CacheNode node, Membership membership, Peers peers) {
    this.config = config;
    this.node = node;
    this.membership = membership;
    this.peers = peers;
  }

  /**
   * Announces this server, and follows the others from now on.
   *
   * @param listening where it listens for other nodes
   * @param listeningAdmin where it listens for operators
   */
  void join(Address.Tcp listening, Address.Tcp listeningAdmin) {
    address = listening;
    admin = listeningAdmin;
    membership.announce(self());
    membership.follow(this::use);
    node.join(peers);
  }

  /** This server, as others are to see it. */
  private Member self() {
    long capacity =
        config.node().store().tiers().stream()
            .flatMap(tier -> tier.directories().stream())
            .mapToLong(TierOptions.Directory::quotaBytes)
            .sum();
    return inItsState(
        config
            .announcement()
            .member(config.name(), reachable(address), reachable(admin), capacity));
  }

  private Member inItsState(Member self) {
    return draining ? self.in(Member.State.DRAINING) : self;
  }

  static boolean isWildcard(Address.Tcp address) {
    return new InetSocketAddress(address.host(), address.port()).getAddress().isAnyLocalAddress();
  }

  /** An address that stands for all of this machine's is none that others can connect to. */
  private static String reachable(Address.Tcp address) {
    if (!isWildcard(address)) {
      return address.toString();
    }
    try {
      return new Address.Tcp(InetAddress.getLocalHost().getHostAddress(), address.port())
          .toString();
    } catch (UnknownHostException e) {
      log.warn(
          "the host name of this machine has no address, so other servers cannot be told where this"
              + " one is: {}; set listen.tcp and listen.admin to addresses",
          e.getMessage());
      return address.toString();
    }
  }

  /** Goes over to another view, and has the node's clients do so. */
  private synchronized void use(View found) {
    // Where nobody has announced himself yet, this server is about to.
    View all = found.members().isEmpty() ? new View(List.of(self())) : found;
    sayWhetherMember(all);
    View view = new View(all.members().stream().map(this::asItIs).toList());
    peers.use(view);
    try {
      node.listenAt(
          config.name(),
          new Address.Unix(config.unix()).toString(),
          view,
          admin.toString(),
          config.security().tls().map(TlsFiles::trust));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("forebay-replicas").start(node::tellOfReplicas);
  }

  private void sayWhetherMember(View view) {
    boolean now = view.members().stream().anyMatch(m -> m.name().equals(config.name()));
    if (now != member) {
      member = now;
      log.info(
          now
              ? "this server, '{}', is among the members again"
              : "the members do not include this server, '{}', so it owns no files; is its name"
                  + " another one there?",
          config.name());
    }
  }

  /**
   * With port 0 the system chose one, and others must know which; and that this server drains is
   * nowhere else where people write down the members.
   */
  private Member asItIs(Member each) {
    return each.name().equals(config.name()) ? inItsState(each.at(address.toString())) : each;
  }

  @Override
  public Report drain() throws IOException {
    Placement before = Placement.of(withThisServer(peers.placement().view()));
    announce(true);
    log.info("draining: this server owns nothing any more, and hands over what it has");
    Report report = new Heirs(node, peers, before).takeAll();
    log.info(
        "drained: {} files and {} bytes are with other servers{}",
        report.files(),
        report.bytes(),
        report.failed() == 0 ? "" : "; " + report.failed() + " failed, first: " + report.reason());
    return report;
  }

  /** As it was before this server was to leave, which the members may say already. */
  private View withThisServer(View view) {
    return new View(
        view.members().stream()
            .map(m -> m.name().equals(config.name()) ? m.in(Member.State.UP) : m)
            .toList());
  }

  @Override
  public void stay() {
    announce(false);
    log.info("this server owns files again");
  }

  private void announce(boolean leaving) {
    draining = leaving;
    membership.announce(self());
    use(membership.view());
  }

  @Override
  public boolean isDraining() {
    return draining;
  }

  @Override
  public void close() {
    membership.close();
  }
}
