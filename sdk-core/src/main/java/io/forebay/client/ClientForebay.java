package io.forebay.client;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.ForebaySettings;
import io.forebay.ReadStats;
import io.forebay.UnknownDataSetException;
import io.forebay.background.DaemonThreads;
import io.forebay.locale.FileNameCharset;
import io.forebay.membership.Membership;
import io.forebay.membership.Memberships;
import io.forebay.metadata.NodeInfo;
import io.forebay.metadata.NodeInfo.ServedDataSet;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeBusyException;
import io.forebay.node.NodeDataSet;
import io.forebay.node.NodeOptions;
import io.forebay.placement.View;
import io.forebay.read.DirectAccess;
import io.forebay.read.EmbeddedRung;
import io.forebay.read.Ladder;
import io.forebay.read.NodeLink;
import io.forebay.read.ReadCounters;
import io.forebay.read.RemoteCatalog;
import io.forebay.read.ResidentRung;
import io.forebay.read.ServerRung;
import io.forebay.read.Servers;
import io.forebay.read.UnderStoreRung;
import io.forebay.spec.DataSetReference;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.Replicas;
import io.forebay.spec.SnapshotName;
import io.forebay.understore.AnnouncedMount;
import io.forebay.understore.UnderStoreProviders;
import io.forebay.wire.Access;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * With a cache in this process, or as a client of cache servers; of the latter kind also when
 * another process owns the directory of the former.
 */
final class ClientForebay implements Forebay {

  private static final Logger log = LoggerFactory.getLogger(Forebay.class);

  /** Directories listed at a time by {@link DataSet#walk}. */
  static final int WALK_WIDTH = 32;

  /** Reads at a time by {@link DataSet#readAsync}. */
  private static final int ASYNC_READS = 32;

  private final Map<String, String> options;
  private final ReadCounters stats = new ReadCounters();
  private final Map<String, DataSet> dataSets = new ConcurrentHashMap<>();
  private final List<AutoCloseable> resources = new ArrayList<>();
  private final ExecutorService listers;
  private final AsyncReads asyncReads = new AsyncReads(ASYNC_READS);
  private volatile boolean closed;

  // Embedded mode has a node, unless another process has its directory; client mode all the others.
  private final boolean embedded;
  private final CacheNode node;
  private final Optional<NodeInfo> nodeInfo;
  private final NodeLink link;
  private final Servers servers;

  ClientForebay(ForebaySettings settings) throws IOException {
    FileNameCharset.warnOnce();
    options = settings.options();
    listers = Executors.newFixedThreadPool(WALK_WIDTH, DaemonThreads.named("forebay-list"));
    embedded = settings.embedded();
    node = embedded ? openNode(settings) : null;
    if (node != null) {
      nodeInfo = Optional.empty();
      link = null;
      servers = null;
      return;
    }
    nodeInfo = announced(settings);
    if (nodeInfo.isEmpty() && settings.servers().isEmpty() && !embedded) {
      throw new IOException(
          settings.directory().isEmpty()
              ? "no node directory and no servers given; name one of them"
              : "no cache server has written its address to "
                  + settings.directory().get()
                  + "; start one there, or name servers, or use a root such as"
                  + " s3://bucket/directory");
    }
    servers = servers(settings);
    servers.outlast(settings.restartPatience());
    link =
        new NodeLink(
            nodeInfo.flatMap(info -> settings.directory()), servers, settings.servers().isEmpty());
    if (settings.waiting()) {
      link.followMaps();
    }
    link.start();
  }

  /** Null when another process owns the directory: this one then reads what that one has. */
  private static CacheNode openNode(ForebaySettings settings) throws IOException {
    try {
      CacheNode node =
          CacheNode.open(NodeOptions.of(settings.directory().get(), settings.quotaBytes()));
      node.share();
      return node;
    } catch (NodeBusyException e) {
      boolean served =
          NodeInfo.read(settings.directory().get()).filter(i -> !i.address().isEmpty()).isPresent();
      log.warn(
          "{}; this process caches nothing: it reads resident files there and all others"
              + " from {}",
          e.getMessage(),
          served ? "its cache server" : "the under-store");
      return null;
    }
  }

  /**
   * What is said in the node's directory; where that is damaged, servers that were named will do.
   */
  private static Optional<NodeInfo> announced(ForebaySettings settings) throws IOException {
    if (settings.directory().isEmpty()) {
      return Optional.empty();
    }
    try {
      return NodeInfo.read(settings.directory().get());
    } catch (IOException e) {
      if (settings.servers().isEmpty()) {
        throw e;
      }
      log.warn("using the named servers only: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** Those that were named, else those that the node's server has written down. */
  private Servers servers(ForebaySettings settings) throws IOException {
    String own = nodeInfo.map(NodeInfo::name).orElse("");
    Optional<String> ownAddress = nodeInfo.map(NodeInfo::address).filter(a -> !a.isEmpty());
    Access access = Access.of(settings.security(), nodeInfo.flatMap(NodeInfo::trust));
    if (settings.servers().isEmpty()) {
      View announced = nodeInfo.map(NodeInfo::view).orElse(new View(List.of()));
      return new Servers(announced, own, ownAddress, settings.zone(), access, settings.patience());
    }
    Membership membership = Memberships.open(String.join(",", settings.servers()));
    resources.add(membership);
    Servers named =
        new Servers(
            membership.view(), own, ownAddress, settings.zone(), access, settings.patience());
    membership.follow(named::use);
    named.onOtherView(membership::refresh);
    return named;
  }

  @Override
  public DataSet dataSet(String nameOrRoot) throws IOException {
    DataSet open = dataSets.get(nameOrRoot);
    if (open != null && !closed) {
      return open;
    }
    synchronized (resources) {
      if (closed) {
        throw new IOException("this Forebay is closed; open another one for " + nameOrRoot);
      }
      open = dataSets.get(nameOrRoot);
      if (open == null) {
        open = node != null ? embeddedDataSet(nameOrRoot) : clientDataSet(nameOrRoot);
        dataSets.put(nameOrRoot, open);
      }
      return open;
    }
  }

  private DataSet embeddedDataSet(String called) throws IOException {
    SnapshotName name = SnapshotName.parse(called);
    NodeDataSet opened = node.add(own(name.dataSet()));
    DirectAccess direct = DirectAccess.with(opened.spec());
    Ladder ladder =
        Ladder.embedded(
            new ResidentRung(node.residents(), node.store()::used),
            new EmbeddedRung(opened.reads(), update -> node.plan(opened, update)),
            new UnderStoreRung(direct),
            stats);
    resources.addAll(List.of(ladder, direct)); // in this order are they closed
    return new ClientDataSet(
        opened.spec().name(),
        new DirectoryCatalog(node.catalog(name.of(opened.spec().name())), ""),
        ladder,
        writable(name, direct),
        listers,
        asyncReads);
  }

  private DataSet clientDataSet(String nameOrRoot) throws IOException {
    SnapshotName name = SnapshotName.parse(nameOrRoot);
    ServedDataSet called = resolve(name.dataSet());
    Optional<DataSetReference> reference = called.reference();
    ServedDataSet served = reference.isPresent() ? resolve(called, reference.get()) : called;
    DirectAccess direct =
        embedded
            ? DirectAccess.with(own(name.dataSet()))
            : DirectAccess.with(served.name(), served.mounts(), options, nodeInfo.isPresent());
    Optional<ResidentRung> resident =
        nodeInfo.map(info -> new ResidentRung(link.residents(), link));
    Ladder ladder =
        Ladder.client(
            resident,
            new ServerRung(
                served.name(),
                servers,
                () -> link.replicas(served),
                f -> link.readElsewhere(served.name(), f)),
            new UnderStoreRung(direct),
            stats);
    resources.addAll(List.of(ladder, direct));
    return new ClientDataSet(
        served.name(),
        new DirectoryCatalog(
            new RemoteCatalog(name.of(served.name()), link.namespace(), servers, direct),
            reference.map(DataSetReference::directory).orElse("")),
        ladder,
        reference.isPresent() ? Optional.empty() : writable(name, direct),
        listers,
        asyncReads);
  }

  /** What a reference refers to. */
  private ServedDataSet resolve(ServedDataSet from, DataSetReference reference) throws IOException {
    ServedDataSet target = resolve(reference.target());
    if (target.reference().isPresent()) {
      throw new IOException(
          "data set '"
              + from.name()
              + "' refers to '"
              + target.name()
              + "', which is a reference itself; refer to "
              + target.reference().get());
    }
    return target;
  }

  private static Optional<DirectAccess> writable(SnapshotName name, DirectAccess direct) {
    return name.snapshot().isPresent() ? Optional.empty() : Optional.of(direct);
  }

  /**
   * The data set's name and mounts: from the node's directory, else from a server, else as given.
   */
  private ServedDataSet resolve(String nameOrRoot) throws IOException {
    String plain = nameOrRoot.replaceFirst("(?<![:/])/+$", "");
    for (ServedDataSet served : nodeInfo.map(NodeInfo::dataSets).orElse(List.of())) {
      if (served.isNamed(plain)) {
        return served;
      }
    }
    if (servers.view().members().isEmpty() && !plain.contains(":/")) {
      throw new IOException(
          "no cache server is known that could have the data set '"
              + plain
              + "': none is among the members; start one, or use a root such as"
              + " s3://bucket/directory");
    }
    try {
      var answer = servers.askAny(server -> server.open(plain));
      if (answer.isPresent()) {
        return new ServedDataSet(
            answer.get().name(), answer.get().mounts(), answer.get().replicas());
      }
    } catch (UnknownDataSetException e) {
      throw e;
    } catch (IOException e) {
      if (!plain.contains(":/")) {
        throw e;
      }
      log.warn(
          "no cache server answers; reading {} from the under-store: {}", plain, e.getMessage());
    }
    DataSetSpec own = own(plain);
    return new ServedDataSet(
        own.name(), List.of(AnnouncedMount.unknown(own.mounts().get(0).root())), Replicas.ONE);
  }

  private DataSetSpec own(String root) {
    URI uri = uri(root);
    return DataSetSpec.of(
        uri, uri.getScheme() == null ? options : UnderStoreProviders.optionsFor(uri, options));
  }

  private static URI uri(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + text + "' is not a root URI: " + e.getMessage(), e);
    }
  }

  @Override
  public ReadStats stats() {
    return stats.counts();
  }

  @Override
  public void close() throws IOException {
    listers.shutdownNow();
    asyncReads.close();
    synchronized (resources) {
      if (closed) {
        return;
      }
      closed = true;
      for (AutoCloseable resource : resources) {
        closeQuietly(resource);
      }
      resources.clear();
    }
    if (node != null) {
      node.close();
      return;
    }
    link.close();
    servers.close();
  }

  private static void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      log.debug("closing {} failed", resource, e);
    }
  }
}
