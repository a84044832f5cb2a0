package io.forebay.server;

import io.forebay.locale.FileNameCharset;
import io.forebay.membership.Membership;
import io.forebay.membership.Memberships;
import io.forebay.node.CacheNode;
import io.forebay.server.access.Role;
import io.forebay.server.access.ServerToken;
import io.forebay.server.access.TokenKey;
import io.forebay.server.admin.AdminServer;
import io.forebay.server.admin.AdminSettings;
import io.forebay.server.admin.AdminTls;
import io.forebay.server.apply.AppliedDataSets;
import io.forebay.server.apply.SourceChecks;
import io.forebay.server.load.LoadJobs;
import io.forebay.spec.DataSetSpec;
import io.forebay.tls.Tls;
import io.forebay.tls.TlsFiles;
import io.forebay.wire.Access;
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
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
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
  private final RequestMemory requestMemory = new RequestMemory();
  private final ConnectionLimit connections = new ConnectionLimit();

  private final ExecutorService workers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("forebay-request-", 0).factory());
  private final Channel tcp;
  private final AdminServer admin;
  private final LoadJobs loads;
  private final SourceChecks sources;
  private final LocalUsers localUsers;
  private final Optional<Tls> tls;
  private final Optional<TokenKey> tokens;
  private final SelfClient self;
  private final Peers peers;
  private final ClusterMember member;
  private final List<ServerCompanion.Work> companions = new ArrayList<>();

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
    localUsers =
        LocalUsers.of(
            config.readers(),
            config.node().group().isPresent()
                ? directory.resolve("snapshots") // which the node has given to the group
                : LocalUsers.PROCESS);
    WireSecurity security = config.security();
    tls = security.tls().isEmpty() ? Optional.empty() : Optional.of(new Tls(security.tls().get()));
    tokens =
        security.tokensKey().isEmpty()
            ? Optional.empty()
            : Optional.of(new TokenKey(security.tokensKey().get()));
    Optional<Supplier<String>> ownToken =
        tokens.isEmpty()
            ? Optional.empty()
            : Optional.of(new ServerToken(tokens.get(), config.name()));
    self = new SelfClient(directory, security.tls().flatMap(TlsFiles::identity), ownToken);
    Membership membership = Memberships.join(config.members());
    peers = new Peers(membership, config.name(), new Access(tls, ownToken));
    member = new ClusterMember(config, node, membership, peers);
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
      admin = AdminServer.start(adminSettings(), node, applied, loads, member);
      member.join(
          (Address.Tcp) Address.parse(address()), (Address.Tcp) Address.parse(admin.address()));
      warnOfOpenAddresses();
      // Last, for it is slow, and who is here already is served without.
      node.share();
      sources.start();
      loads.resume();
      for (ServerCompanion companion : ServiceLoader.load(ServerCompanion.class)) {
        companion.begin(admin::report).ifPresent(companions::add);
      }
      log.info(
          "server '{}' serves {} data sets of {} at {} and {}, metrics and commands at {}",
          config.name(),
          node.status().dataSets().size(),
          directory,
          address(),
          config.unix(),
          admin.address());
    } catch (IOException | RuntimeException e) {
      companions.forEach(ServerCompanion.Work::close);
      member.close();
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
                  protected void initChannel(Channel connection) throws IOException {
                    Optional<ClientRights> rights = rights(connection);
                    if (rights.isEmpty()) {
                      connection.close();
                      return;
                    }
                    channels.add(connection);
                    connections.accepted(connection);
                    if (tls.isPresent() && connection instanceof EpollSocketChannel) {
                      connection.pipeline().addLast(encryption());
                    }
                    connection
                        .pipeline()
                        .addLast(
                            new LengthFieldBasedFrameDecoder(
                                Codec.MAX_REQUEST_BYTES, 0, Integer.BYTES, 0, Integer.BYTES),
                            // Hands on one request at a time while reading is stopped.
                            new FlowControlHandler(),
                            new ClientHandler(
                                node, rights.get(), stats, workers, memory, requestMemory));
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

  private AdminSettings adminSettings() {
    WireSecurity security = config.security();
    return new AdminSettings(
        config.admin(),
        config.name(),
        tls.filter(t -> security.isAdminEncrypted(config.admin()))
            .map(t -> new AdminTls(t, security.clients())),
        tokens,
        config.warnings(),
        gauges());
  }

  /** What clients take of this server, beside the most that they may. */
  private Map<String, DoubleSupplier> gauges() {
    return Map.of(
        "forebay.connections", connections::open,
        "forebay.connections.limit", connections::most,
        "forebay.connections.not.read", this::connectionsNotReadFrom,
        "forebay.request.memory.bytes", requestMemory::taken,
        "forebay.request.memory.limit.bytes", requestMemory::most,
        "forebay.send.memory.bytes", memory::taken,
        "forebay.send.memory.limit.bytes", memory::capacity);
  }

  private SslHandler encryption() {
    return new SslHandler(tls.orElseThrow().server(config.security().clients()));
  }

  /** What a new connection's client may do; empty when it is not served. */
  private Optional<ClientRights> rights(Channel connection) throws IOException {
    if (connection instanceof EpollDomainSocketChannel local) {
      PeerCredentials peer = local.peerCredentials();
      Optional<Role> role = localUsers.role(peer);
      if (role.isEmpty()) {
        log.warn(
            "refused {}: readers = group, and it is not in group {}",
            LocalUsers.describe(peer),
            config.node().group().orElse("of the server"));
      }
      return role.map(r -> new ClientRights(tokens, Optional.of(r)));
    }
    if (config.readers() == AllowedReaders.GROUP && isLocal(connection)) {
      log.warn(
          "refused a TCP connection from this machine: with readers = group local processes must"
              + " use {}",
          config.unix());
      return Optional.empty();
    }
    return Optional.of(
        new ClientRights(
            tokens, tokens.isPresent() ? Optional.empty() : Optional.of(Role.OPERATE)));
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
    config.warnings().forEach(log::warn);
    if (ClusterMember.isWildcard(config.tcp())) {
      log.warn(
          "listen.tcp {} accepts connections from every network of this machine, and"
              + " every client can read every data set; use one address, or restrict the port with a"
              + " firewall",
          config.tcp());
    }
    if (ClusterMember.isWildcard(config.admin())) {
      log.warn(
          "listen.admin {} shows names and metrics to every network of this machine; use"
              + " one address, or restrict the port with a firewall",
          config.admin());
    }
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

  /** Connections of clients at present. */
  public int connections() {
    return connections.open();
  }

  /** Those of them that have enough to be answered, or whose clients do not take answers. */
  public long connectionsNotReadFrom() {
    return channels.stream()
        .filter(c -> !(c instanceof ServerChannel) && !c.config().isAutoRead())
        .count();
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
    companions.forEach(ServerCompanion.Work::close);
    member.close();
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
