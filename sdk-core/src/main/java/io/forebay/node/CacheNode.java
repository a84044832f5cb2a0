package io.forebay.node;

import io.forebay.DataSetSpec;
import io.forebay.UnknownDataSetException;
import io.forebay.fill.FillThreads;
import io.forebay.fill.ReadThrough;
import io.forebay.metadata.HeapNamespace;
import io.forebay.metadata.HeapResidency;
import io.forebay.metadata.Namespace;
import io.forebay.metadata.NodeInfo;
import io.forebay.metadata.Residency;
import io.forebay.metadata.SharedMaps;
import io.forebay.metadata.UnderStoreCatalog;
import io.forebay.store.NodeStore;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStores;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The owner of a node's cache directory: the only writer of its maps and its tier. Thread-safe.
 *
 * <p>Directory: {@code lock}, {@code node.properties} for the other processes, {@code maps/} and,
 * by default, {@code tier/}.
 */
public final class CacheNode implements AutoCloseable {

  private static final long HEAP_NAMES = 1_000_000;

  private final NodeOptions options;
  private final String generation = UUID.randomUUID().toString();
  private final FileChannel lock;
  private final boolean shared;
  private final Namespace namespace;
  private final Residency residency;
  private final NodeStore store;
  private final FillThreads threads;
  private final Map<String, NodeDataSet> dataSets = new ConcurrentHashMap<>();
  private String name = "";
  private String address = "";
  private List<String> members = List.of();

  private CacheNode(NodeOptions options, FileChannel lock) throws IOException {
    this.options = options;
    this.lock = lock;
    Path maps = options.directory().resolve("maps");
    Optional<SharedMaps> opened = SharedMaps.open(maps, generation);
    shared = opened.isPresent();
    if (shared) {
      SharedMaps.deleteOthers(maps, generation);
    }
    namespace = opened.map(SharedMaps::namespace).orElseGet(() -> new HeapNamespace(HEAP_NAMES));
    residency = opened.map(SharedMaps::residency).orElseGet(HeapResidency::new);
    store = NodeStore.open(options.store(), residency);
    threads = new FillThreads(options.demandWidth(), options.prefetchWidth());
  }

  /**
   * Takes over a cache directory, made if it is missing.
   *
   * @throws NodeBusyException when another process, or another node of this one, owns it
   */
  public static CacheNode open(NodeOptions options) throws IOException {
    Files.createDirectories(options.directory());
    FileChannel channel =
        FileChannel.open(
            options.directory().resolve("lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    try {
      FileLock lock = tryLock(channel);
      if (lock == null) {
        throw new NodeBusyException(options.directory());
      }
      CacheNode node = new CacheNode(options, channel);
      node.announce();
      return node;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /** Adds a data set; the under-store is not contacted yet. */
  public synchronized NodeDataSet add(DataSetSpec spec) throws IOException {
    NodeDataSet known = dataSets.get(spec.name());
    if (known != null) {
      if (!known.spec().equals(spec)) {
        throw new IllegalArgumentException(
            "data set '" + spec.name() + "' is open already with another root or other options");
      }
      return known;
    }
    UnderStore underStore = UnderStores.open(spec);
    NodeDataSet added =
        new NodeDataSet(
            spec,
            underStore,
            new UnderStoreCatalog(spec.name(), underStore, namespace),
            new ReadThrough(store, underStore, threads));
    dataSets.put(spec.name(), added);
    announce();
    return added;
  }

  /**
   * Finds a data set by name, or by root.
   *
   * @throws UnknownDataSetException when there is none
   */
  public NodeDataSet dataSet(String nameOrRoot) throws UnknownDataSetException {
    NodeDataSet byName = dataSets.get(nameOrRoot);
    if (byName != null) {
      return byName;
    }
    for (NodeDataSet each : dataSets.values()) {
      if (each.spec().root().toString().equals(nameOrRoot)) {
        return each;
      }
    }
    throw new UnknownDataSetException(
        "data set '"
            + nameOrRoot
            + "' is not served here; served are "
            + new java.util.TreeSet<>(dataSets.keySet())
            + ". Add it to the server's configuration");
  }

  /**
   * Tells the node's other processes where the owner listens.
   *
   * @param name the owner's among the members
   * @param members all servers of the cluster, as {@code name=address}
   */
  public synchronized void listenAt(String name, String address, List<String> members)
      throws IOException {
    this.name = name;
    this.address = address;
    this.members = List.copyOf(members);
    announce();
  }

  private synchronized void announce() throws IOException {
    List<NodeInfo.ServedDataSet> served = new ArrayList<>();
    dataSets
        .values()
        .forEach(d -> served.add(new NodeInfo.ServedDataSet(d.spec().name(), d.spec().root())));
    new NodeInfo(
            name,
            generation,
            shared,
            address,
            members,
            List.of(options.tier().toAbsolutePath()),
            served)
        .write(options.directory());
  }

  public Residency residency() {
    return residency;
  }

  public NodeStore store() {
    return store;
  }

  @Override
  public void close() throws IOException {
    NodeInfo.delete(options.directory());
    threads.close();
    for (NodeDataSet dataSet : dataSets.values()) {
      dataSet.underStore().close();
    }
    store.close();
    namespace.close();
    residency.close();
    lock.close();
  }
}
