package io.forebay.server;

import io.forebay.config.CachePolicies;
import io.forebay.config.DataSize;
import io.forebay.config.Durations;
import io.forebay.config.Setting;
import io.forebay.config.TextFile;
import io.forebay.dataset.spec.Manifest;
import io.forebay.dataset.spec.Manifests;
import io.forebay.fill.FillOptions;
import io.forebay.membership.Memberships;
import io.forebay.node.NodeOptions;
import io.forebay.placement.Member;
import io.forebay.placement.View;
import io.forebay.server.apply.AppliedDataSets;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.DataSetReference;
import io.forebay.spec.DataSetSpec;
import io.forebay.store.Medium;
import io.forebay.store.StoreOptions;
import io.forebay.store.TierOptions;
import io.forebay.understore.layer.UnderStores;
import io.forebay.wire.Address;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Settings of a cache server, from a properties file:
 *
 * <pre>
 * name = a                                     # among the members; default: the TCP address
 * directory = /var/lib/forebay                 # lock, maps, socket; trainers of the node need it
 * quota = 500GiB                               # of one SSD tier, tier/ in the directory; or:
 * tier.0.mediumtype = MEM                      # any number of tiers, fastest first
 * tier.0.path = /dev/shm/forebay
 * tier.0.quota = 64GiB
 * tier.1.mediumtype = SSD
 * tier.1.path = /data1/forebay, /data2/forebay
 * tier.1.quotaList = 500GiB, 1TiB
 * tier.1.high = 0.99
 * tier.1.low = 0.97
 * block = 4MiB
 * listen.tcp = 10.0.0.1:7070                   # default: 127.0.0.1:7070
 * listen.unix = /run/forebay.sock              # default: forebay.sock in the directory
 * members = a=10.0.0.1:7070, b=10.0.0.2:7070   # default: this server alone
 * node = machine-7                             # announced, where members announce themselves
 * zone = rack-1
 * weight = 2TiB                                # default: the capacity of the tiers
 * listen.admin = 127.0.0.1:7071                # metrics, status, pin, prune; port 0: any
 * fill.memory = 256MiB
 * fill.readAhead = 96MiB
 * move.bandwidth = 200MB
 * scrub.bandwidth = 20MB
 * idle.after = 1h
 * secrets = /etc/forebay/secrets               # directory of what secretKeyRefs name
 * group = forebay                              # whose members read resident files by themselves
 * readers = everyone                           # or group: nobody else on this machine is served
 * dataset.images.root = oss://bucket/images
 * dataset.images.cache.retain = auto           # auto, keep, frequency
 * dataset.images.cache.guaranteed = 100GiB
 * dataset.images.cache.max = 400GiB
 * dataset.images.cache.ttl = 7d
 * dataset.images.limit.requests = 64
 * dataset.images.limit.bandwidth = 1GB
 * dataset.images.limit.hedge = true
 * dataset.images.fs.oss.endpoint = oss-cn-hangzhou-internal.aliyuncs.com
 * </pre>
 *
 * <p>Keys of the under-store should not stand here but in a credentials file or the environment.
 *
 * @param name this server's among the members
 * @param node the cache's own settings
 * @param tcp where to listen for other nodes
 * @param unix where to listen for this node
 * @param admin where to listen for operators
 * @param members all servers of the cluster, this one included, or a source of them ({@link
 *     Memberships#open})
 * @param announcement what this server says of itself where members announce themselves
 * @param dataSets what is served
 * @param secrets directory in which the secrets of data sets are looked up
 * @param readers users of this machine who are served
 */
public record ServerConfig(
    String name,
    NodeOptions node,
    Address.Tcp tcp,
    Path unix,
    Address.Tcp admin,
    String members,
    Announcement announcement,
    List<DataSetSpec> dataSets,
    Optional<Path> secrets,
    AllowedReaders readers) {

  private static final Set<String> KNOWN =
      Set.of(
          "name",
          "directory",
          "quota",
          "block",
          "listen.tcp",
          "listen.unix",
          "listen.admin",
          "members",
          "node",
          "zone",
          "weight",
          "fill.memory",
          "fill.readAhead",
          "move.bandwidth",
          "scrub.bandwidth",
          "idle.after",
          "secrets",
          "group",
          "readers");

  private static final String DATA_SET = "dataset.";

  private static final long DEFAULT_QUOTA_BYTES = 10L << 30;

  private static final int MAX_BLOCK_BYTES = 1 << 30;

  /** The longest path of a Unix-domain socket, without its final NUL (sockaddr_un). */
  private static final int MAX_SOCKET_PATH = 107;

  public ServerConfig {
    dataSets = List.copyOf(dataSets);
    if (unix.toString().length() > MAX_SOCKET_PATH) {
      throw new IllegalArgumentException(
          "listen.unix: the path "
              + unix
              + " is longer than the maximum of "
              + MAX_SOCKET_PATH
              + " bytes; set listen.unix to a shorter path");
    }
    if (!Memberships.isSource(members)
        && View.parse(members).members().stream().noneMatch(m -> m.name().equals(name))) {
      throw new IllegalArgumentException(
          "members must include this server, '" + name + "': " + members);
    }
  }

  /**
   * Reads files: properties, and manifests (names ending with {@code .yaml} or {@code .yml}) that
   * say data sets and tiers as Fluid does.
   *
   * @param settings that come before those of the files
   * @param warnings takes what of the manifests means nothing here
   * @throws IllegalArgumentException naming the file, the key and what it may be
   */
  public static ServerConfig load(
      List<Path> files, Map<String, String> settings, Consumer<String> warnings)
      throws IOException {
    Properties properties = new Properties();
    for (Path file : files) {
      if (!isManifest(file)) {
        try (Reader reader = new StringReader(TextFile.read(file))) {
          properties.load(reader);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
      }
    }
    properties.putAll(settings);
    ServerConfig config;
    try {
      config = parse(properties);
    } catch (IllegalArgumentException e) {
      List<Path> read = files.stream().filter(f -> !isManifest(f)).toList();
      throw read.isEmpty() ? e : new IllegalArgumentException(read + ": " + e.getMessage(), e);
    }
    for (Path file : files) {
      if (isManifest(file)) {
        Manifests manifests =
            Manifests.read(
                file, AppliedDataSets.secretDirectories(config.secrets, config.node.directory()));
        manifests.warnings().forEach(warnings);
        requireOptions(manifests, warnings);
        warnOfUnused(file, manifests, warnings);
        config = config.with(manifests);
      }
    }
    warnOfQuotas(config.node.store().tiers(), warnings);
    return config;
  }

  /** What under-stores would find wrong when they are opened is said with its place now. */
  private static void requireOptions(Manifests manifests, Consumer<String> warnings) {
    for (Manifest manifest : manifests.documents()) {
      if (manifest instanceof Manifest.DataSet dataSet
          && DataSetReference.of(dataSet.spec()).isEmpty()) {
        try {
          UnderStores.connect(dataSet.spec()).close();
        } catch (IllegalArgumentException e) {
          throw dataSet.places().find(e).orElseThrow();
        } catch (IOException e) { // a secret that may come yet
          warnings.accept(
              dataSet.places().find(e).map(Exception::getMessage).orElse(e.getMessage()));
        }
      }
    }
  }

  private static void warnOfQuotas(List<TierOptions> tiers, Consumer<String> warnings)
      throws IOException {
    for (TierOptions tier : tiers) {
      for (TierOptions.Directory directory : tier.directories()) {
        long disk = Files.getFileStore(existing(directory.path())).getTotalSpace();
        if (directory.quotaBytes() > disk) {
          warnings.accept(
              "the quota of "
                  + directory.path()
                  + " is "
                  + new DataSize(directory.quotaBytes())
                  + ", but its disk has only "
                  + new DataSize(disk)
                  + "; lower the quota");
        }
      }
    }
  }

  /** The path, or the directory that it will be made in. */
  public static Path existing(Path path) {
    Path at = path.toAbsolutePath();
    while (!Files.exists(at)) {
      at = at.getParent();
    }
    return at;
  }

  /** One file alone. */
  public static ServerConfig load(Path file) throws IOException {
    return load(List.of(file), Map.of(), warning -> {});
  }

  private static boolean isManifest(Path file) {
    return file.toString().endsWith(".yaml") || file.toString().endsWith(".yml");
  }

  /** A secret of a configuration is for the data sets of its file: it is written nowhere else. */
  private static void warnOfUnused(Path file, Manifests manifests, Consumer<String> warnings) {
    Set<String> used = new TreeSet<>();
    for (Manifest manifest : manifests.documents()) {
      if (manifest instanceof Manifest.DataSet dataSet) {
        used.addAll(AppliedDataSets.secretsOf(dataSet.spec()));
      }
    }
    for (Manifest manifest : manifests.documents()) {
      if (manifest instanceof Manifest.Secret secret && !used.contains(secret.name())) {
        warnings.accept(
            file
                + ": Secret/"
                + secret.name()
                + " is not used by a data set of this file; put it into the file of its data set,"
                + " or apply it to the running server with 'forebay apply'");
      }
    }
  }

  private ServerConfig with(Manifests manifests) {
    List<DataSetSpec> all = new ArrayList<>(dataSets);
    NodeOptions options = node;
    for (Manifest manifest : manifests.documents()) {
      if (manifest instanceof Manifest.DataSet dataSet) {
        all.add(dataSet.spec());
      } else if (manifest instanceof Manifest.CacheRuntime runtime && !runtime.tiers().isEmpty()) {
        options =
            new NodeOptions(
                node.directory(),
                node.store().withTiers(runtime.tiers(node.directory())),
                node.fill(),
                node.group());
      }
    }
    return new ServerConfig(
        name, options, tcp, unix, admin, members, announcement, all, secrets, readers);
  }

  static ServerConfig parse(Properties properties) {
    Map<String, String> plain = new HashMap<>();
    Map<String, String> tiers = new HashMap<>();
    Map<String, Map<String, String>> dataSets = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      String value = properties.getProperty(key).strip();
      int dot = key.indexOf('.', DATA_SET.length());
      if (key.startsWith(DATA_SET) && dot > 0) {
        dataSets
            .computeIfAbsent(key.substring(DATA_SET.length(), dot), n -> new HashMap<>())
            .put(key.substring(dot + 1), value);
      } else if (TierConfig.isKey(key)) {
        tiers.put(key, value);
      } else if (KNOWN.contains(key)) {
        plain.put(key, value);
      } else {
        throw new IllegalArgumentException(
            "unknown key '"
                + key
                + "'; known: "
                + new TreeSet<>(KNOWN)
                + ", tier.N.*, dataset.NAME.root, dataset.NAME.OPTION");
      }
    }
    String directoryText = plain.get("directory");
    if (directoryText == null) {
      throw new IllegalArgumentException("the key 'directory' is missing");
    }
    Path directory = Path.of(directoryText).toAbsolutePath();
    Address.Tcp tcp =
        Setting.of(plain, "listen.tcp", ServerConfig::tcp, new Address.Tcp("127.0.0.1", 7070));
    // An address that the system chooses is no name: it would be another one at each start.
    String name = plain.getOrDefault("name", tcp.port() == 0 ? "this-server" : tcp.toString());
    NodeOptions node =
        new NodeOptions(
            directory,
            store(plain, tiers, directory),
            new FillOptions(
                Setting.bytes(plain, "fill.memory", FillOptions.DEFAULT.memoryBytes()),
                Setting.bytes(plain, "fill.readAhead", FillOptions.DEFAULT.readAheadBytes())),
            Setting.of(plain, "group", ServerConfig::group, Optional.empty()));
    return new ServerConfig(
        name,
        node,
        tcp,
        Setting.of(plain, "listen.unix", Path::of, directory.resolve("forebay.sock")),
        Setting.of(plain, "listen.admin", ServerConfig::tcp, new Address.Tcp("127.0.0.1", 7071)),
        Setting.of(
            plain, "members", ServerConfig::members, new Member(name, tcp.toString()).toString()),
        Announcement.parse(plain),
        dataSets.entrySet().stream().map(e -> dataSet(e.getKey(), e.getValue())).toList(),
        secrets(plain),
        Setting.of(plain, "readers", AllowedReaders::parse, AllowedReaders.EVERYONE));
  }

  private static Optional<String> group(String text) {
    try {
      FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByGroupName(text);
      return Optional.of(text);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "no group '" + text + "' on this machine; create it with: groupadd --system " + text, e);
    }
  }

  /** {@code secrets}, else the environment's {@code FOREBAY_SECRETS}. */
  private static Optional<Path> secrets(Map<String, String> plain) {
    return Optional.ofNullable(plain.get("secrets"))
        .or(() -> Optional.ofNullable(System.getenv("FOREBAY_SECRETS")))
        .map(Path::of);
  }

  private static StoreOptions store(
      Map<String, String> plain, Map<String, String> tierKeys, Path directory) {
    if (!tierKeys.isEmpty() && plain.containsKey("quota")) {
      throw new IllegalArgumentException(
          "quota and tier.N.* keys exclude each other; remove quota: each tier has its own");
    }
    List<TierOptions> tiers =
        tierKeys.isEmpty()
            ? List.of(
                TierOptions.of(
                    Medium.SSD,
                    directory.resolve("tier"),
                    Setting.bytes(plain, "quota", DEFAULT_QUOTA_BYTES)))
            : TierConfig.parse(tierKeys);
    return new StoreOptions(
        tiers,
        Setting.of(plain, "block", ServerConfig::block, StoreOptions.DEFAULT_BLOCK_BYTES),
        Setting.bytes(plain, "move.bandwidth", StoreOptions.DEFAULT_MOVE_BYTES_PER_SECOND),
        Setting.bytes(plain, "scrub.bandwidth", StoreOptions.DEFAULT_SCRUB_BYTES_PER_SECOND),
        Setting.of(plain, "idle.after", Durations::parse, StoreOptions.DEFAULT_IDLE_AFTER));
  }

  private static int block(String text) {
    long bytes = DataSize.parse(text).bytes();
    if (bytes > MAX_BLOCK_BYTES) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is more than the maximum of "
              + new DataSize(MAX_BLOCK_BYTES)
              + " for a block");
    }
    return (int) bytes;
  }

  private static Address.Tcp tcp(String text) {
    if (Address.parse(text) instanceof Address.Tcp address) {
      return address;
    }
    throw new IllegalArgumentException("'" + text + "' is not host:port");
  }

  private static String members(String text) {
    return Memberships.isSource(text) ? text : View.parse(text).toString();
  }

  private static DataSetSpec dataSet(String name, Map<String, String> settings) {
    Map<String, String> options = new HashMap<>(settings);
    String root = options.remove("root");
    if (root == null) {
      throw new IllegalArgumentException("the key 'dataset." + name + ".root' is missing");
    }
    CachePolicy policy = policy(name, options);
    try {
      return new DataSetSpec(name, URI.create(root), options, policy);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("dataset." + name + ".root: " + e.getMessage(), e);
    }
  }

  /** Takes the keys that are ours out of a data set's settings. */
  private static CachePolicy policy(String name, Map<String, String> settings) {
    Map<String, String> ours = new HashMap<>();
    settings.forEach(
        (key, value) -> {
          if (CachePolicies.isSetting(key)) {
            ours.put(key, value);
          }
        });
    settings.keySet().removeAll(ours.keySet());
    try {
      return CachePolicies.parse(ours);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("dataset." + name + "." + e.getMessage(), e);
    }
  }
}
