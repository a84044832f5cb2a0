package io.forebay.server;

import io.forebay.locale.FileNameCharset;
import io.forebay.membership.Membership;
import io.forebay.membership.Memberships;
import io.forebay.node.CacheNode;
import io.forebay.placement.Member;
import io.forebay.placement.View;
import io.forebay.server.admin.AdminServer;
import io.forebay.server.apply.AppliedDataSets;
import io.forebay.server.apply.SourceChecks;
import io.forebay.server.load.LoadJobs;
import io.forebay.spec.DataSetSpec;
import io.forebay.store.TierOptions;
import io.forebay.wire.Address;
import io.forebay.wire.Codec;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running cache server. Thread-safe. */
public final class CacheServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(CacheServer.class);

  private final ServerConfig config;
  private final CacheNode node;
  private final ServerStats stats = new ServerStats();
  private final EventLoopGroup group;

  /**
   * What listens and whom it has let in. Closed before the event loops, for a connection that comes
   * in while a loop ends would never be closed, and its client would wait on it.
   */
  private final ChannelGroup channels =
      new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);

  private final SendMemory memory = new SendMemory();
  private final ConnectionLimit connections = new ConnectionLimit();

  private final ExecutorService workers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("forebay-request-", 0).factory());
  private final Channel tcp;
  private final AdminServer admin;
  private final LoadJobs loads;
  private final SourceChecks sources;
  private final SelfClient self;
  private final Peers peers;
  private final Membership membership;

  /** Of the membership's thread: whether the view has this server. */
  private boolean member = true;

  private CacheServer(ServerConfig config, CacheNode node) throws IOException {
    this.config = config;
    this.node = node;
    if (!Epoll.isAvailable()) {
      throw new IOException(
          "the cache server needs Linux's epoll: " + Epoll.unavailabilityCause().getMessage());
    }
    group =
        new MultiThreadIoEventLoopGroup(
            0, new DefaultThreadFactory("forebay-server", true), EpollIoHandler.newFactory());
    Path directory = config.node().directory();
    self = new SelfClient(directory);
    membership = Memberships.join(config.members());
    peers = new Peers(membership, config.name());
    loads = new LoadJobs(node, self::dataSet, directory.resolve("loads"));
    sources = new SourceChecks(node);
    AppliedDataSets applied =
        new AppliedDataSets(
            node,
            loads,
            sources,
            config.secrets(),
            config.dataSets().stream().map(DataSetSpec::name).collect(Collectors.toSet()));
    try {
      for (DataSetSpec dataSet : config.dataSets()) {
        node.serve(dataSet);
      }
      applied.restore();
      tcp =
          listen(
              EpollServerSocketChannel.class,
              new InetSocketAddress(config.tcp().host(), config.tcp().port()),
              "listen.tcp " + config.tcp());
      // The node's lock is ours, so a socket that is there was left behind by a killed server.
      NodeSocket socket =
          NodeSocket.listen(
              config.unix(),
              new SocketRights(config.readers(), config.node().group()),
              () ->
                  listen(
                      EpollServerDomainSocketChannel.class,
                      new DomainSocketAddress(config.unix().toFile()),
                      "listen.unix " + config.unix()));
      node.restoreEverySecond("the socket " + config.unix(), socket::keep);
      admin = AdminServer.start(config.admin(), config.name(), node, applied, loads);
      membership.announce(asMember());
      membership.follow(this::use);
      node.join(peers);
      warnOfOpenAddresses();
      // Last, for it is slow, and who is here already is served without.
      node.share();
      sources.start();
      loads.resume();
      log.info(
          "server '{}' serves {} data sets of {} at {} and {}, metrics and commands at {}",
          config.name(),
          node.status().dataSets().size(),
          directory,
          address(),
          config.unix(),
          admin.address());
    } catch (IOException | RuntimeException e) {
      membership.close();
      stopListening();
      throw e;
    }
  }

  /** Starts a server; when this returns, it can be reached. */
  public static CacheServer start(ServerConfig config) throws IOException {
    FileNameCharset.warnOnce();
    CacheNode node = CacheNode.open(config.node());
    try {
      return new CacheServer(config, node);
    } catch (IOException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private Channel listen(Class<? extends ServerChannel> type, SocketAddress address, String what)
      throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(type)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    if (config.readers() == AllowedReaders.GROUP && isLocal(connection)) {
                      log.warn(
                          "refused a TCP connection from this machine: with readers = group local"
                              + " processes must use {}",
                          config.unix());
                      connection.close();
                      return;
                    }
                    channels.add(connection);
                    connections.accepted(connection);
                    connection
                        .pipeline()
                        .addLast(
                            new LengthFieldBasedFrameDecoder(
                                Codec.MAX_REQUEST_BYTES, 0, Integer.BYTES, 0, Integer.BYTES),
                            new ClientHandler(node, stats, workers, memory));
                  }
                });
    if (address instanceof InetSocketAddress) {
      bootstrap.childOption(ChannelOption.TCP_NODELAY, true);
    }
    try {
      Channel listening = bootstrap.bind(address).syncUninterruptibly().channel();
      channels.add(listening);
      return listening;
    } catch (Exception e) {
      throw new IOException("cannot listen on " + what + ": " + e.getMessage(), e);
    }
  }

  private static boolean isLocal(Channel connection) {
    if (!(connection.remoteAddress() instanceof InetSocketAddress remote)) {
      return false;
    }
    try {
      return remote.getAddress().isLoopbackAddress()
          || NetworkInterface.getByInetAddress(remote.getAddress()) != null;
    } catch (SocketException e) {
      return true; // nobody is let in who cannot be told apart
    }
  }

  /** Addresses that are open to more than one might think. */
  private void warnOfOpenAddresses() {
    if (isWildcard(config.tcp())) {
      log.warn(
          "listen.tcp {} accepts connections from every network of this machine, and"
              + " every client can read every data set; use one address, or restrict the port with a"
              + " firewall",
          config.tcp());
    }
    if (isWildcard(config.admin())) {
      log.warn(
          "listen.admin {} shows names and metrics to every network of this machine; use"
              + " one address, or restrict the port with a firewall",
          config.admin());
    }
  }

  private static boolean isWildcard(Address.Tcp address) {
    return new InetSocketAddress(address.host(), address.port()).getAddress().isAnyLocalAddress();
  }

  /** This server, as others are to see it. */
  private Member asMember() {
    long capacity =
        config.node().store().tiers().stream()
            .flatMap(tier -> tier.directories().stream())
            .mapToLong(TierOptions.Directory::quotaBytes)
            .sum();
    return config
        .announcement()
        .member(config.name(), reachable(address()), reachable(admin.address()), capacity);
  }

  /** An address that stands for all of this machine's is none that others can connect to. */
  private static String reachable(String address) {
    Address.Tcp tcp = (Address.Tcp) Address.parse(address);
    if (!isWildcard(tcp)) {
      return address;
    }
    try {
      return new Address.Tcp(InetAddress.getLocalHost().getHostAddress(), tcp.port()).toString();
    } catch (UnknownHostException e) {
      log.warn(
          "the host name of this machine has no address, so other servers cannot be told where this"
              + " one is: {}; set listen.tcp and listen.admin to addresses",
          e.getMessage());
      return address;
    }
  }

  /** Goes over to another view, and has the node's clients do so. */
  private void use(View found) {
    // Where nobody has announced himself yet, this server is about to.
    View view = found.members().isEmpty() ? new View(List.of(asMember())) : found;
    sayWhetherMember(view);
    peers.use(view);
    try {
      node.listenAt(
          config.name(),
          new Address.Unix(config.unix()).toString(),
          new View(view.members().stream().map(this::withRealPort).toList()),
          admin.address());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    workers.execute(node::tellOfReplicas);
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

  /** With port 0 the system chose one, and others must know which. */
  private Member withRealPort(Member member) {
    return member.name().equals(config.name()) ? member.at(address()) : member;
  }

  /** {@code host:port} that other nodes reach this server at. */
  public String address() {
    InetSocketAddress bound = (InetSocketAddress) tcp.localAddress();
    return config.tcp().host() + ":" + bound.getPort();
  }

  /** {@code host:port} of the admin endpoint. */
  public String adminAddress() {
    return admin.address();
  }

  public ServerStats.Counts stats() {
    return stats.counts();
  }

  public CacheNode node() {
    return node;
  }

  private void stopListening() {
    channels.close().awaitUninterruptibly(10, TimeUnit.SECONDS);
    group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** Stops serving; what is resident stays for the next start. */
  @Override
  public void close() throws IOException {
    log.info("server '{}' is stopping", config.name());
    membership.close();
    admin.close();
    sources.close();
    loads.close();
    self.close();
    peers.close();
    stopListening();
    workers.shutdownNow();
    node.close();
    Files.deleteIfExists(config.unix());
    log.info("server '{}' has stopped", config.name());
  }
}
