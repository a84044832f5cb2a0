package io.forebay;

import io.forebay.locale.FileNameCharset;
import io.forebay.metadata.NodeInfo;
import io.forebay.metadata.NodeInfo.ServedDataSet;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeBusyException;
import io.forebay.node.NodeDataSet;
import io.forebay.node.NodeOptions;
import io.forebay.placement.Member;
import io.forebay.read.DirectAccess;
import io.forebay.read.EmbeddedRung;
import io.forebay.read.Ladder;
import io.forebay.read.NodeLink;
import io.forebay.read.ReadStats;
import io.forebay.read.RemoteCatalog;
import io.forebay.read.ResidentRung;
import io.forebay.read.ServerRung;
import io.forebay.read.Servers;
import io.forebay.read.UnderStoreRung;
import io.forebay.spec.DataSetReference;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.SnapshotName;
import io.forebay.understore.AnnouncedMount;
import io.forebay.understore.UnderStores;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens data sets whose files are kept near. Thread-safe; one per process is enough.
 *
 * <pre>{@code
 * try (Forebay forebay = Forebay.embedded(Path.of("/var/cache/forebay"))) {
 *   DataSet images = forebay.dataSet("oss://training-data/images");
 *   for (FileStatus file : images.walk("train")) {
 *     ByteBuffer bytes = images.read(file.path());
 *   }
 * }
 * }</pre>
 *
 * <p>{@link #embedded} keeps files in this process's own cache directory and needs no server.
 * {@link #connect} uses cache servers: those of the node whose directory is given, or those named.
 */
public final class Forebay implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Forebay.class);

  /** Directories listed at a time by {@link DataSet#walk}. */
  static final int WALK_WIDTH = 32;

  private final Map<String, String> options;
  private final ReadStats stats = new ReadStats();
  private final Map<String, DataSet> dataSets = new ConcurrentHashMap<>();
  private final List<AutoCloseable> resources = new ArrayList<>();
  private final ExecutorService listers;
  private volatile boolean closed;

  // Embedded mode has a node, unless another process has its directory; client mode all the others.
  private final boolean embedded;
  private final CacheNode node;
  private final Optional<NodeInfo> nodeInfo;
  private final NodeLink link;
  private final Servers servers;

  private Forebay(Builder builder) throws IOException {
    FileNameCharset.warnOnce();
    options = Map.copyOf(builder.options);
    listers =
        Executors.newFixedThreadPool(
            WALK_WIDTH,
            task -> {
              Thread thread = new Thread(task, "forebay-list");
              thread.setDaemon(true);
              return thread;
            });
    embedded = builder.embedded;
    node = embedded ? openNode(builder) : null;
    if (node != null) {
      nodeInfo = Optional.empty();
      link = null;
      servers = null;
      return;
    }
    nodeInfo = announced(builder);
    if (nodeInfo.isEmpty() && builder.servers.isEmpty() && !embedded) {
      throw new IOException(
          builder.directory == null
              ? "neither a node directory nor servers were given to connect to"
              : "no cache server has announced itself in "
                  + builder.directory
                  + "; start one there, or name servers, or a root such as s3://bucket/directory");
    }
    servers = servers(builder);
    link = new NodeLink(nodeInfo.map(info -> builder.directory), servers);
    if (builder.waiting) {
      link.followMaps();
    }
    link.start();
  }

  /** Null when another process owns the directory: this one then reads what that one has. */
  private static CacheNode openNode(Builder builder) throws IOException {
    try {
      CacheNode node = CacheNode.open(NodeOptions.of(builder.directory, builder.quotaBytes));
      node.share();
      return node;
    } catch (NodeBusyException e) {
      boolean served =
          NodeInfo.read(builder.directory).filter(i -> !i.address().isEmpty()).isPresent();
      log.warn(
          "{}; this one keeps nothing: it reads what is resident there, and the rest from {}",
          e.getMessage(),
          served ? "the cache server that has it" : "the under-store");
      return null;
    }
  }

  /**
   * What is said in the node's directory; where that is damaged, servers that were named will do.
   */
  private static Optional<NodeInfo> announced(Builder builder) throws IOException {
    if (builder.directory == null) {
      return Optional.empty();
    }
    try {
      return NodeInfo.read(builder.directory);
    } catch (IOException e) {
      if (builder.servers.isEmpty()) {
        throw e;
      }
      log.warn("going on with the servers that were named: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private Servers servers(Builder builder) {
    List<Member> members = builder.servers.stream().map(Member::parse).toList();
    String own = nodeInfo.map(NodeInfo::name).orElse("");
    if (members.isEmpty() && nodeInfo.isPresent()) {
      members = nodeInfo.get().members().stream().map(Member::parse).toList();
    }
    Optional<String> ownAddress = nodeInfo.map(NodeInfo::address).filter(a -> !a.isEmpty());
    return new Servers(members, own, ownAddress, builder.patience);
  }

  /**
   * A cache inside this process, with the default quota and no options.
   *
   * @param directory kept from run to run; made if it is missing
   */
  public static Forebay embedded(Path directory) throws IOException {
    return builder().embedded(directory).open();
  }

  /**
   * Uses the cache server of this node, and through it the servers of the cluster.
   *
   * @param nodeDirectory the directory that the server was given as its own
   * @throws IOException when no server has announced itself there
   */
  public static Forebay connect(Path nodeDirectory) throws IOException {
    return builder().node(nodeDirectory).open();
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Opens a data set. Nothing is read yet; a second call returns the same object.
   *
   * @param nameOrRoot a root such as {@code oss://bucket/prefix} or {@code file:/data}, or the name
   *     by which the servers know it; with {@code @} and a snapshot's name behind it, the files are
   *     those of that snapshot for good
   * @throws UnknownDataSetException when the servers do not have it
   * @throws IOException after this was closed
   * @throws IllegalArgumentException for a bad root, an unknown scheme, or missing options
   */
  public DataSet dataSet(String nameOrRoot) throws IOException {
    DataSet open = dataSets.get(nameOrRoot);
    if (open != null && !closed) {
      return open;
    }
    synchronized (resources) {
      if (closed) {
        throw new IOException("this Forebay was closed; open another one for " + nameOrRoot);
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
    return new DataSet(
        opened.spec().name(),
        new DirectoryCatalog(node.catalog(name.of(opened.spec().name())), ""),
        ladder,
        writable(name, direct),
        listers);
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
            new ServerRung(served.name(), servers, f -> link.readElsewhere(served.name(), f)),
            new UnderStoreRung(direct),
            stats);
    resources.addAll(List.of(ladder, direct));
    return new DataSet(
        served.name(),
        new DirectoryCatalog(
            new RemoteCatalog(name.of(served.name()), link.namespace(), servers, direct),
            reference.map(DataSetReference::directory).orElse("")),
        ladder,
        reference.isPresent() ? Optional.empty() : writable(name, direct),
        listers);
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
              + "', which is a reference itself; have it refer to "
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
    try {
      var answer = servers.askAny(server -> server.open(plain));
      if (answer.isPresent()) {
        return new ServedDataSet(answer.get().name(), answer.get().mounts());
      }
    } catch (UnknownDataSetException e) {
      throw e;
    } catch (IOException e) {
      if (!plain.contains(":/")) {
        throw e;
      }
      log.warn("no cache server answers; reading {} directly: {}", plain, e.getMessage());
    }
    DataSetSpec own = own(plain);
    return new ServedDataSet(
        own.name(), List.of(AnnouncedMount.unknown(own.mounts().get(0).root())));
  }

  private DataSetSpec own(String root) {
    URI uri = uri(root);
    return DataSetSpec.of(
        uri, uri.getScheme() == null ? options : UnderStores.optionsFor(uri, options));
  }

  private static URI uri(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + text + "' is no root URI: " + e.getMessage(), e);
    }
  }

  /** Where the bytes that were read came from, since this was opened. */
  public ReadStats.Counts stats() {
    return stats.counts();
  }

  /**
   * Ends all reads and gives the cache directory free. Files in it stay for the next run. Its data
   * sets refuse to read and to write afterwards.
   */
  @Override
  public void close() throws IOException {
    listers.shutdownNow();
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

  /** Settings of a {@link Forebay}. Not thread-safe. */
  public static final class Builder {

    private static final long DEFAULT_QUOTA_BYTES = 10L << 30;

    private final Map<String, String> options = new HashMap<>();
    private final List<String> servers = new ArrayList<>();
    private Path directory;
    private boolean embedded;
    private long quotaBytes = DEFAULT_QUOTA_BYTES;
    private Duration patience = Duration.ofSeconds(5);
    private boolean waiting = true;

    private Builder() {}

    /** Keeps files in this directory, in this process. */
    public Builder embedded(Path directory) {
      this.directory = directory;
      this.embedded = true;
      return this;
    }

    /** Uses the cache server whose directory this is. */
    public Builder node(Path directory) {
      this.directory = directory;
      this.embedded = false;
      return this;
    }

    /**
     * The servers of the cluster, each {@code host:port} or {@code name=host:port}. Every client
     * and server must use the same names; with {@link #node} alone, those of the node's server are
     * used.
     */
    public Builder servers(String... addresses) {
      servers.addAll(Arrays.asList(addresses));
      return this;
    }

    /** An option of the under-stores, such as {@code fs.oss.endpoint}. */
    public Builder option(String key, String value) {
      options.put(key, value);
      return this;
    }

    /** The most bytes to keep in embedded mode; 10 GiB by default. */
    public Builder quotaBytes(long bytes) {
      this.quotaBytes = bytes;
      return this;
    }

    /** The longest silence of a server before the next place is asked; 5 s by default. */
    public Builder patience(Duration patience) {
      this.patience = patience;
      return this;
    }

    /**
     * Does not wait until this process has the node's shared maps open, which takes a fresh JVM two
     * seconds. Until then the server is asked.
     */
    public Builder withoutWaiting() {
      this.waiting = false;
      return this;
    }

    public Forebay open() throws IOException {
      return new Forebay(this);
    }
  }
}
