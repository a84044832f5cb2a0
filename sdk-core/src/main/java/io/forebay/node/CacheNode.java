package io.forebay.node;

import io.forebay.FileStatus;
import io.forebay.Totals;
import io.forebay.UnknownDataSetException;
import io.forebay.background.BackgroundTasks;
import io.forebay.background.DaemonThreads;
import io.forebay.file.FileId;
import io.forebay.file.FileVersion;
import io.forebay.file.PathPattern;
import io.forebay.fill.FillMemory;
import io.forebay.fill.FillThreads;
import io.forebay.fill.ReadThrough;
import io.forebay.metadata.Catalog;
import io.forebay.metadata.CatalogCache;
import io.forebay.metadata.NodeInfo;
import io.forebay.metadata.OwnedMaps;
import io.forebay.metadata.Residency;
import io.forebay.metadata.ResidentFiles;
import io.forebay.metadata.UnderStoreCatalog;
import io.forebay.placement.Member;
import io.forebay.placement.Placement;
import io.forebay.placement.View;
import io.forebay.plan.PlanUpdate;
import io.forebay.snapshot.ListedCatalog;
import io.forebay.snapshot.Snapshot;
import io.forebay.snapshot.SnapshotStore;
import io.forebay.snapshot.WrittenFiles;
import io.forebay.spec.DataSetReference;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.Replicas;
import io.forebay.spec.SnapshotId;
import io.forebay.spec.SnapshotName;
import io.forebay.state.DamagedFileException;
import io.forebay.store.NodeStore;
import io.forebay.store.StoreListener;
import io.forebay.store.StoreStatus;
import io.forebay.store.TierOptions;
import io.forebay.understore.AnnouncedMount;
import io.forebay.understore.layer.Source;
import io.forebay.understore.layer.UnderStoreStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of a node's cache directory: the only writer of its maps and its tiers. Thread-safe.
 *
 * <p>Directory: {@code lock}, {@code node.properties} for the other processes, {@code maps/},
 * {@code pins}, {@code suspended} and, by default, {@code tier/}.
 */
public final class CacheNode implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(CacheNode.class);

  private static final String RIGHTS = "restricting the permissions of the cache's directories";
  private static final String KEEPING = "checking the cache directory";

  /** What a file takes on disk beyond its length, on average. */
  private static final long HALF_A_PAGE = 2048;

  private final NodeOptions options;
  private final NodeDirectory directory;
  private final NodeStore store;
  private final OwnedMaps maps;
  private final FillMemory memory;
  private final Pins pins;
  private final SuspendedDataSets suspensions;
  private final ReplicaRules replicaRules;
  private final Map<String, NodeDataSet> dataSets = new ConcurrentHashMap<>();
  private final Map<String, DataSetSpec> references = new ConcurrentHashMap<>();

  /** Fills the shared maps with names, which takes seconds for each million, and lists anew. */
  private final ScheduledExecutorService publishing = oneThread("forebay-names");

  /** Looks after the directory, also while a long list is published. */
  private final ScheduledExecutorService keeping = oneThread("forebay-directory");

  private final Map<String, BackgroundTasks.Round> kept = new ConcurrentHashMap<>();

  private volatile NodePeers peers = NodePeers.NONE;
  private String name = "";
  private String address = "";
  private String admin = "";
  private Optional<Path> trust = Optional.empty();
  private List<String> members = List.of();
  private volatile long viewHash;

  private CacheNode(NodeOptions options, NodeDirectory directory) throws IOException {
    this.options = options;
    this.directory = directory;
    this.pins = new Pins(options.directory().resolve("pins"));
    this.suspensions = new SuspendedDataSets(options.directory().resolve("suspended"));
    this.replicaRules = new ReplicaRules(options.directory().resolve("replicas"));
    this.memory = new FillMemory(options.fill(), options.store().blockBytes());
    Publisher publisher = new Publisher();
    store = NodeStore.open(options.store(), publisher);
    maps =
        new OwnedMaps(
            options.directory().resolve("maps"),
            store.capacityBytes(),
            store::forEachResident,
            this::mapsOpened);
    publisher.maps = maps;
    DirectoryRights rights = new DirectoryRights(options.group());
    Files.createDirectories(options.directory().resolve("maps"));
    Files.createDirectories(options.directory().resolve("snapshots"));
    kept.put(RIGHTS, () -> giveRights(rights));
    background().guarded(RIGHTS, kept.get(RIGHTS)).run();
  }

  private void giveRights(DirectoryRights rights) throws IOException {
    for (Path each : store.directories()) {
      rights.give(each);
    }
    rights.give(options.directory().resolve("maps"));
    rights.give(options.directory().resolve("snapshots"));
  }

  /** What comes when the node is being closed is left undone: nobody needs it any more. */
  private static ScheduledExecutorService oneThread(String name) {
    return new ScheduledThreadPoolExecutor(
        1, DaemonThreads.named(name), new ThreadPoolExecutor.DiscardPolicy());
  }

  /** Hands on what becomes resident. */
  private static final class Publisher implements StoreListener {

    private volatile OwnedMaps maps;

    @Override
    public void resident(FileId id, Residency.Location location) {
      OwnedMaps to = maps;
      if (to != null) {
        to.resident(id, location);
      }
    }

    @Override
    public void gone(FileId id) {
      OwnedMaps to = maps;
      if (to != null) {
        to.gone(id);
      }
    }
  }

  /**
   * Takes over a cache directory, made if it is missing.
   *
   * @throws NodeBusyException when another process, or another node of this one, owns it
   */
  public static CacheNode open(NodeOptions options) throws IOException {
    NodeDirectory directory = NodeDirectory.take(options.directory());
    try {
      CacheNode node = new CacheNode(options, directory);
      node.announce();
      return node;
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /**
   * Opens the shared maps in the background, which takes seconds; until then other processes ask
   * the server.
   */
  public void share() {
    maps.open();
    publishing.scheduleWithFixedDelay(this::refreshWhatIsDue, 1, 1, TimeUnit.SECONDS);
    keeping.scheduleWithFixedDelay(this::keepDirectory, 1, 1, TimeUnit.SECONDS);
  }

  /** Has something in the node's directory looked at every second, and put in place if needed. */
  public void restoreEverySecond(String what, BackgroundTasks.Round keeping) {
    kept.put("keeping " + what + " in place", keeping);
  }

  private void keepDirectory() {
    background().guarded(KEEPING, this::keepWhatOthersFind).run();
  }

  private void keepWhatOthersFind() throws IOException {
    try {
      if (directory.keep()) {
        makeTiersInside();
      }
    } catch (NodeLostException e) {
      keeping.shutdown(); // so that the failure of this round stays known
      maps.close();
      store.detach(e.getMessage());
      throw e;
    }
    maps.keep();
    kept.forEach((what, each) -> background().guarded(what, each).run());
  }

  /** A tier comes back when its directory is there; one elsewhere may be a disk that is gone. */
  private void makeTiersInside() throws IOException {
    for (Path tier : store.directories()) {
      if (tier.startsWith(directory.path())) {
        Files.createDirectories(tier);
      }
    }
  }

  /** From now on its data sets are listed by one node for all, and read by several. */
  public void join(NodePeers others) {
    peers = others;
    classify();
  }

  /**
   * Serves what is declared: a data set, as {@link #apply} does, or a name for a part of one. What
   * is cached of the latter is the data set's, which may be added later.
   *
   * @throws IllegalArgumentException when the name stands for the other kind already
   */
  public void serve(DataSetSpec spec) throws IOException {
    if (DataSetReference.of(spec).isPresent()) {
      refer(spec);
    } else {
      apply(spec);
    }
  }

  private synchronized void refer(DataSetSpec spec) throws IOException {
    if (dataSets.containsKey(spec.name())) {
      throw new IllegalArgumentException(
          "data set '"
              + spec.name()
              + "' has its own mounts here; drop it before you apply it as a reference");
    }
    references.put(spec.name(), spec);
    announce();
  }

  /**
   * Forgets a reference; what it refers to stays.
   *
   * @return whether there was one
   */
  public synchronized boolean dropReference(String name) throws IOException {
    boolean known = references.remove(name) != null;
    if (known) {
      announce();
    }
    return known;
  }

  /** Adds a data set; the under-store is not contacted yet. */
  public synchronized NodeDataSet add(DataSetSpec spec) throws IOException {
    if (references.containsKey(spec.name())) {
      throw new IllegalArgumentException(
          "'"
              + spec.name()
              + "' is a reference here; drop it before you apply it with its own mounts");
    }
    NodeDataSet known = dataSets.get(spec.name());
    if (known != null) {
      if (!known.spec().equals(spec)) {
        throw new IllegalArgumentException(
            "data set '" + spec.name() + "' is already open with another root or other options");
      }
      return known;
    }
    UnderStoreStack underStore = new UnderStoreStack(spec);
    FillThreads threads = new FillThreads(spec.name(), spec.policy().maxRequests());
    WrittenFiles written = WrittenFiles.open(snapshots(spec.name()).resolve(SnapshotStore.WRITTEN));
    CatalogCache answers = new CatalogCache(spec.name(), maps);
    NodeDataSet added =
        new NodeDataSet(
            spec,
            underStore,
            threads,
            new ListedCatalog(
                spec.name(),
                maps,
                answers,
                new UnderStoreCatalog(spec.name(), underStore.store(), maps, answers),
                written),
            SnapshotStore.open(snapshots(spec.name())),
            new ReadThrough(
                store,
                this::owns,
                new ReadThrough.Sources(
                    nearerFirst(spec.name(), underStore.forReaders()),
                    nearerFirst(spec.name(), underStore.forLoads()),
                    formerFirst(spec.name(), underStore.forReaders()),
                    (file, offset, length) -> peers.open(spec.name(), file, offset, length)),
                threads,
                memory,
                options.fill()),
            new LocalCopies(),
            replicaRules.replicas(spec.name(), spec.policy().replicas()),
            () -> peers);
    added.suspend(suspensions.contains(spec.name()));
    store.configure(spec.name(), spec.policy());
    pins.of(spec.name()).forEach(pin -> store.pin(pin.dataSet(), pin.path()));
    dataSets.put(spec.name(), added);
    announce();
    if (added.snapshots().current().isPresent()) {
      publish(added);
    }
    if (written.isDamaged()) {
      publishing.execute(background().guarded(listingAnew(spec.name()), added::refresh));
    }
    return added;
  }

  private ClusterSource nearerFirst(String dataSet, Source underStore) {
    return new ClusterSource(
        dataSet,
        (file, offset, length) -> peers.nearer(file, offset, length, replicas(file)),
        underStore);
  }

  /** For requests of an owner after this one, which would otherwise be asked in turn. */
  private ClusterSource formerFirst(String dataSet, Source underStore) {
    return new ClusterSource(
        dataSet,
        (file, offset, length) ->
            owns(file, Placement.extent(offset))
                ? peers.former(file, offset, length, replicas(file))
                : Optional.empty(),
        underStore);
  }

  /** Whether this node is to have a part of a file. */
  private boolean owns(FileVersion file, int extent) {
    return peers.owns(file.id(), extent, replicas(file));
  }

  private int replicas(FileVersion file) {
    NodeDataSet dataSet = dataSets.get(file.dataSet());
    return dataSet == null ? 1 : dataSet.replicas().of(file.path());
  }

  /**
   * Gives a data set that is in use other mounts or another policy; what is cached stays as far as
   * it is still there. Adds it if it is not known.
   */
  public NodeDataSet apply(DataSetSpec spec) throws IOException {
    NodeDataSet known;
    boolean moved;
    synchronized (this) {
      known = dataSets.get(spec.name());
      if (known == null) {
        return add(spec);
      }
      if (known.spec().equals(spec)) {
        return known;
      }
      moved = !known.spec().mounts().equals(spec.mounts());
      known.reconfigure(spec);
      store.configure(spec.name(), spec.policy());
      known.replicas(replicaRules.replicas(spec.name(), spec.policy().replicas()));
      announce();
    }
    classify();
    if (moved) {
      known.refresh(); // may list millions of files, while others go on
    }
    return known;
  }

  /**
   * Has the under-store of a data set left alone, now and after restarts, or takes that back. What
   * is cached is served all the same.
   */
  public synchronized void suspend(String dataSet, boolean whether) throws IOException {
    NodeDataSet known = dataSet(dataSet);
    suspensions.set(known.spec().name(), whether);
    known.suspend(whether);
  }

  /**
   * Takes a data set out of service, with all that is cached of it, its names and snapshots; of one
   * that is not served what is still cached of it.
   *
   * @throws UnknownDataSetException when there is neither
   */
  public synchronized NodeStore.Pruned drop(String dataSet) throws IOException {
    NodeDataSet known;
    try {
      known = dataSet(dataSet);
    } catch (UnknownDataSetException e) {
      NodeStore.Pruned left = store.drop(dataSet);
      if (left.files() == 0) {
        throw new UnknownDataSetException(
            "nothing to drop: " + notServed(dataSet) + ", and nothing of it is cached");
      }
      return left;
    }
    String plain = known.spec().name();
    dataSets.remove(plain);
    background().forget(listingAnew(plain));
    background().forget(publishing(plain));
    announce();
    for (Pins.Pin pin : pins.of(plain)) {
      pins.remove(pin);
      store.unpin(plain, pin.path());
    }
    suspensions.set(plain, false);
    replicaRules.drop(plain);
    known.close();
    known.snapshots().dropAll();
    NodeStore.Pruned pruned = store.drop(plain);
    maps.clear(plain);
    publishing.execute(() -> maps.removeAllBut(Set.copyOf(dataSets.keySet())));
    return pruned;
  }

  /** Has all nodes keep the files of a pattern so many times, from now on. */
  public void replicateForAll(String dataSet, String pattern, int count) throws IOException {
    replicate(dataSet, pattern, count);
    tellOfReplicas(dataSet(dataSet).spec().name());
  }

  /** Tells the others what loads asked for; who is away hears of it when it is a member again. */
  public void tellOfReplicas() {
    dataSets.keySet().forEach(this::tellOfReplicas);
  }

  private void tellOfReplicas(String dataSet) {
    Map<String, Integer> rules;
    synchronized (this) {
      rules = replicaRules.of(dataSet);
    }
    rules.forEach(
        (pattern, count) -> {
          try {
            peers.replicate(dataSet, pattern, count);
          } catch (IOException e) {
            log.debug("not all servers know of {} replicas of {}", count, pattern, e);
          }
        });
  }

  /**
   * Takes note of how many nodes keep the files of a pattern, now and after restarts.
   *
   * @return whether that was not known
   */
  public boolean replicate(String dataSet, String pattern, int count) throws IOException {
    synchronized (this) {
      NodeDataSet known = dataSet(dataSet);
      String plain = known.spec().name();
      if (!replicaRules.put(plain, PathPattern.parse(pattern).toString(), count)) {
        return false;
      }
      known.replicas(replicaRules.replicas(plain, known.spec().policy().replicas()));
      announce();
    }
    classify();
    return true;
  }

  /** Looks anew at what this node owns of what it has. */
  private void classify() {
    NodePeers among = peers;
    store.classify(
        (dataSet, id, length) -> {
          NodeDataSet known = dataSets.get(dataSet);
          int replicas = known == null ? 1 : known.replicas().most();
          for (int extent = 0; extent <= Placement.extent(Math.max(0, length - 1)); extent++) {
            if (among.owns(id, extent, replicas)) {
              return true;
            }
          }
          return false;
        });
  }

  /** How many servers the cluster has, this one included. */
  public int servers() {
    return peers.nodes();
  }

  /** All that are served. */
  public List<NodeDataSet> dataSets() {
    return List.copyOf(dataSets.values());
  }

  /** What a data set is at present; empty when it is not served. */
  public Optional<DataSetSpec> spec(String name) {
    return Optional.ofNullable(dataSets.get(name))
        .map(NodeDataSet::spec)
        .or(() -> Optional.ofNullable(references.get(name)));
  }

  /** Names that refer to data sets, or to directories of them. */
  public List<DataSetSpec> references() {
    return List.copyOf(references.values());
  }

  /** All data sets that are served, without references to them. */
  public List<DataSetSpec> specs() {
    return dataSets.values().stream().map(NodeDataSet::spec).toList();
  }

  /** Where the node's own files are. */
  public Path directory() {
    return options.directory();
  }

  public List<TierOptions> tiers() {
    return options.store().tiers();
  }

  /** Names may hold slashes and colons: a data set may be called by its root. */
  private Path snapshots(String dataSet) {
    return options
        .directory()
        .resolve("snapshots")
        .resolve(URLEncoder.encode(dataSet, StandardCharsets.UTF_8));
  }

  private void mapsOpened(boolean withoutNames) {
    announceQuietly();
    if (withoutNames) {
      dataSets.values().forEach(this::publish);
    }
  }

  private void refreshWhatIsDue() {
    for (NodeDataSet each : dataSets.values()) {
      if (each.isRefreshDue()) {
        background().guarded(listingAnew(each.spec().name()), each::refreshAsDue).run();
      }
    }
  }

  private void publish(NodeDataSet dataSet) {
    publishing.execute(
        background()
            .guarded(
                publishing(dataSet.spec().name()),
                () -> {
                  publishOrListAnew(dataSet);
                  maps.removeAllBut(Set.copyOf(dataSets.keySet()));
                }));
  }

  private static void publishOrListAnew(NodeDataSet dataSet) throws IOException {
    try {
      dataSet.publishNames();
    } catch (DamagedFileException e) {
      log.warn("{}; listing data set '{}' again", e.getMessage(), dataSet.spec().name());
      dataSet.refresh();
    }
  }

  /** Until it succeeds, names stay as they are. */
  private static String listingAnew(String dataSet) {
    return "listing data set '" + dataSet + "' again";
  }

  /** Until it succeeds, clients ask the server. */
  private static String publishing(String dataSet) {
    return "putting the names of data set '" + dataSet + "' into the shared maps";
  }

  /**
   * Finds a data set by name, by root, or by {@code name@snapshot}, which is the same data set.
   *
   * @throws UnknownDataSetException when there is none
   */
  public NodeDataSet dataSet(String called) throws UnknownDataSetException {
    String nameOrRoot = SnapshotName.parse(called).dataSet();
    NodeDataSet byName = dataSets.get(nameOrRoot);
    if (byName != null) {
      return byName;
    }
    for (NodeDataSet each : dataSets.values()) {
      if (each.spec().isNamed(nameOrRoot)) {
        return each;
      }
    }
    DataSetSpec reference = references.get(nameOrRoot);
    if (reference != null) {
      return target(nameOrRoot, DataSetReference.of(reference).orElseThrow());
    }
    throw new UnknownDataSetException(
        notServed(nameOrRoot) + "; add it with 'forebay apply', or to the server's configuration");
  }

  private String notServed(String nameOrRoot) {
    return "data set '"
        + nameOrRoot
        + "' is not served here ("
        + (dataSets.isEmpty()
            ? "no data set is"
            : "served: " + String.join(", ", new TreeSet<>(dataSets.keySet())))
        + ")";
  }

  private NodeDataSet target(String name, DataSetReference reference)
      throws UnknownDataSetException {
    NodeDataSet target = dataSets.get(reference.target());
    if (target == null) {
      throw new UnknownDataSetException(
          "data set '"
              + name
              + "' refers to '"
              + reference.target()
              + "', which is not served here");
    }
    if (!reference.directory().isEmpty()) {
      throw new UnknownDataSetException("'" + name + "' is " + reference + "; use that name");
    }
    return target;
  }

  /** What a client is told of a data set, or of a reference to one, by name or root. */
  public NodeInfo.ServedDataSet served(String called) throws UnknownDataSetException {
    DataSetSpec reference = references.get(SnapshotName.parse(called).dataSet());
    return reference == null ? served(dataSet(called)) : served(reference);
  }

  private static NodeInfo.ServedDataSet served(NodeDataSet dataSet) {
    return new NodeInfo.ServedDataSet(
        dataSet.spec().name(), dataSet.announced(), dataSet.replicas());
  }

  private static NodeInfo.ServedDataSet served(DataSetSpec reference) {
    return new NodeInfo.ServedDataSet(
        reference.name(),
        reference.mounts().stream().map(AnnouncedMount::of).toList(),
        Replicas.ONE);
  }

  /** The names of a data set as it is, or of the snapshot that {@code name@snapshot} says. */
  public Catalog catalog(String called) throws IOException {
    NodeDataSet dataSet = dataSet(called);
    Optional<SnapshotId> pinned = SnapshotName.parse(called).snapshot();
    return pinned.isPresent() ? dataSet.catalog(pinned.get()) : dataSet.catalog();
  }

  /**
   * Tells the node's other processes where the owner listens.
   *
   * @param name the owner's among the members
   * @param view all servers of the cluster
   * @param admin {@code host:port} of the admin endpoint; empty for none
   * @param trust file of the authorities that certificates of servers come from
   */
  public void listenAt(String name, String address, View view, String admin, Optional<Path> trust)
      throws IOException {
    synchronized (this) {
      this.name = name;
      this.address = address;
      this.members = view.members().stream().map(Member::toString).toList();
      this.viewHash = view.hash();
      this.admin = admin;
      this.trust = trust;
      announce();
    }
    classify();
  }

  /** Identifies the members that this node knows ({@link View#hash}); 0 by itself. */
  public long viewHash() {
    return viewHash;
  }

  private synchronized void announce() throws IOException {
    List<NodeInfo.ServedDataSet> served = new ArrayList<>();
    dataSets.values().forEach(dataSet -> served.add(served(dataSet)));
    references.values().forEach(reference -> served.add(served(reference)));
    Optional<String> generation = maps.generation();
    directory.announce(
        new NodeInfo(
            name,
            generation.orElse(""),
            generation.isPresent(),
            address,
            admin,
            members,
            trust,
            store.directories(),
            served));
  }

  private void announceQuietly() {
    try {
      announce();
    } catch (IOException e) {
      log.warn("cannot update {}: {}", options.directory(), e.toString());
    }
  }

  /** The complete and verified files, for readers in this process. */
  public ResidentFiles residents() {
    return id ->
        store
            .locate(id)
            .map(l -> new ResidentFiles.Place(store.directories().get(l.directory()), l.length()));
  }

  public NodeStore store() {
    return store;
  }

  /**
   * Takes note of what a job will read of a data set.
   *
   * @return whether the job was unknown
   */
  public boolean plan(NodeDataSet known, PlanUpdate update) {
    boolean unknown = store.plan(known.spec().name(), update);
    known.reads().resumePrefetch();
    return unknown;
  }

  /**
   * Hears of files that are read on this node, but that another one owns, and has those copied that
   * are worth it.
   *
   * @param again whether it is known that they will be read again
   * @param all how much all files of the data set are, if it is known
   */
  public void readHere(
      NodeDataSet known, List<FileStatus> files, boolean again, Optional<Totals> all) {
    all.ifPresent(
        t ->
            store.owns(
                known.spec().name(),
                (t.bytes() + t.files() * HALF_A_PAGE)
                    * Math.min(known.replicas().of(""), peers.nodes())
                    / peers.nodes()));
    known.readHere(files, again);
  }

  /** Has the shared maps replaced if those of this generation are the present ones. */
  public void reportStuckMaps(String generation) {
    maps.reportStuck(generation);
  }

  /**
   * Waits until other processes can use the shared maps, or it is certain that they cannot.
   *
   * @return false when the time was not enough
   */
  public boolean awaitMaps(Duration longest) throws InterruptedException {
    return maps.await(longest.toMillis());
  }

  /**
   * Pins a path and everything below it, now and after restarts.
   *
   * @param path empty for the whole data set
   * @return files that were resident there
   * @throws NoSuchFileException when the data set has no file there
   */
  public synchronized long pin(String dataSet, String path) throws IOException {
    NodeDataSet known = dataSet(dataSet);
    if (!path.isEmpty()) {
      requireFiles(known, path);
    }
    pins.add(new Pins.Pin(known.spec().name(), path));
    store.pin(known.spec().name(), path);
    return applyPins(known, path);
  }

  private static void requireFiles(NodeDataSet dataSet, String path) throws IOException {
    try {
      dataSet.catalog().stat(path);
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(
          e.getFile(), null, "nothing to pin; give an existing file or directory, not a glob");
    }
  }

  /**
   * Takes a pin back.
   *
   * @return files that were resident there
   * @throws IllegalArgumentException when there is no such pin
   */
  public synchronized long unpin(String dataSet, String path) throws IOException {
    NodeDataSet known = dataSet(dataSet);
    if (!pins.remove(new Pins.Pin(known.spec().name(), path))) {
      throw new IllegalArgumentException(
          path.isEmpty()
              ? "data set '" + dataSet + "' is not pinned as a whole"
              : "'" + path + "' is not pinned in data set '" + dataSet + "'");
    }
    store.unpin(known.spec().name(), path);
    return applyPins(known, path);
  }

  private long applyPins(NodeDataSet dataSet, String path) throws IOException {
    long[] resident = {0};
    forEachFile(
        dataSet,
        path,
        version -> {
          store.applyPins(version);
          if (store.find(version.id()).isPresent()) {
            resident[0]++;
          }
        });
    return resident[0];
  }

  /** What a prune is to remove of a data set; everything, if nothing is said. */
  public record PruneRequest(
      Optional<String> path,
      Optional<Duration> olderThan,
      Optional<Duration> unusedFor,
      boolean notInSnapshot,
      boolean pinnedToo) {}

  /** Removes resident files of a data set. */
  public NodeStore.Pruned prune(String dataSet, PruneRequest request) throws IOException {
    NodeDataSet known = dataSet(dataSet);
    Optional<FileIdSet> below = Optional.empty();
    if (request.path().isPresent()) {
      below = Optional.of(filesAt(known, request.path().get()));
    }
    Optional<FileIdSet> current = Optional.empty();
    if (request.notInSnapshot()) {
      current = Optional.of(filesAt(known, ""));
    }
    Optional<FileIdSet> at = below;
    Optional<FileIdSet> listed = current;
    return store.prune(
        known.spec().name(),
        file ->
            (request.pinnedToo() || !file.pinned())
                && at.map(ids -> ids.contains(file.id())).orElse(true)
                && !listed.map(ids -> ids.contains(file.id())).orElse(false)
                && request.olderThan().map(d -> file.ageSeconds() >= d.toSeconds()).orElse(true)
                && request.unusedFor().map(d -> file.idleSeconds() >= d.toSeconds()).orElse(true));
  }

  private static FileIdSet filesAt(NodeDataSet dataSet, String path) throws IOException {
    FileIdSet ids = new FileIdSet();
    forEachFile(dataSet, path, version -> ids.add(version.id()));
    return ids;
  }

  /** Something to do with each file of a data set. */
  @FunctionalInterface
  public interface FileVisitor {
    void visit(FileVersion version);
  }

  /** Shows all files of a data set, whether they are here or not. */
  public void forEachFile(String dataSet, FileVisitor visitor) throws IOException {
    forEachFile(dataSet(dataSet), "", visitor);
  }

  private static void forEachFile(NodeDataSet dataSet, String path, FileVisitor visitor)
      throws IOException {
    Optional<Snapshot> snapshot = dataSet.snapshots().current();
    if (snapshot.isPresent()) {
      snapshot
          .get()
          .forEach(
              path,
              entry -> {
                if (!entry.directory()) {
                  visitor.visit(FileVersion.of(dataSet.spec().name(), entry));
                }
              });
      return;
    }
    Deque<FileStatus> left = new ArrayDeque<>();
    left.add(path.isEmpty() ? FileStatus.directory("") : dataSet.catalog().stat(path));
    while (!left.isEmpty()) {
      FileStatus status = left.remove();
      if (status.directory()) {
        left.addAll(dataSet.catalog().list(status.path()));
      } else {
        visitor.visit(FileVersion.of(dataSet.spec().name(), status));
      }
    }
  }

  /**
   * The node at one moment.
   *
   * @param fillMemoryBytes memory of blocks on their way
   * @param sharedMaps whether other processes can use the shared maps
   * @param mapsBytes what the shared maps take on disk, beside the quotas
   * @param troubles what does not work in the background, and why
   */
  public record Status(
      StoreStatus store,
      Map<String, NodeDataSet.Status> dataSets,
      long fillMemoryBytes,
      boolean sharedMaps,
      long mapsBytes,
      Map<String, String> troubles) {}

  public Status status() {
    Map<String, NodeDataSet.Status> each = new TreeMap<>();
    dataSets.forEach((key, dataSet) -> each.put(key, dataSet.status()));
    return new Status(
        store.status(),
        each,
        memory.taken(),
        maps.generation().isPresent(),
        maps.bytes(),
        troubles());
  }

  private Map<String, String> troubles() {
    Map<String, String> troubles = new TreeMap<>(background().failures());
    maps.trouble().ifPresent(reason -> troubles.put("opening the shared maps", reason));
    return troubles;
  }

  /** What owns a directory, when it is a server. */
  public static Optional<NodeInfo> serverOf(Path directory) throws IOException {
    return NodeLock.isTaken(directory)
        ? NodeInfo.read(directory).filter(info -> !info.address().isEmpty())
        : Optional.empty();
  }

  /** What this node does in the background. */
  public BackgroundTasks background() {
    return store.background();
  }

  @Override
  public void close() throws IOException {
    keeping.shutdownNow();
    publishing.shutdownNow();
    awaitPublishing();
    try {
      dataSets.values().parallelStream().forEach(CacheNode::closeUnchecked);
    } catch (UncheckedIOException e) {
      log.warn("closing a data set failed", e.getCause());
    }
    store.close();
    maps.close();
    directory.close();
  }

  /** Nobody is to write into maps that are being closed. */
  private void awaitPublishing() {
    try {
      if (!publishing.awaitTermination(30, TimeUnit.SECONDS)) {
        log.warn("a listing is still running; closing without waiting for it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeUnchecked(NodeDataSet dataSet) {
    try {
      dataSet.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
