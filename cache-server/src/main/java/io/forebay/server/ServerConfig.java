package io.forebay.server;

import io.forebay.DataSetSpec;
import io.forebay.node.NodeOptions;
import io.forebay.placement.Member;
import io.forebay.store.StoreOptions;
import io.forebay.wire.Address;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
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
import java.util.function.Function;

/**
 * Settings of a cache server, from a properties file:
 *
 * <pre>
 * name = a                                     # among the members; default: the TCP address
 * directory = /var/lib/forebay                 # lock, maps, socket; trainers of the node need it
 * tier = /data/forebay                         # default: tier/ in the directory
 * quota = 500GiB
 * block = 4MiB
 * listen.tcp = 10.0.0.1:7070                   # default: 127.0.0.1:7070
 * listen.unix = /run/forebay.sock              # default: forebay.sock in the directory
 * members = a=10.0.0.1:7070, b=10.0.0.2:7070   # default: this server alone
 * dataset.images.root = oss://bucket/images
 * dataset.images.fs.oss.endpoint = oss-cn-hangzhou-internal.aliyuncs.com
 * </pre>
 *
 * <p>Keys of the under-store should not stand here but in a credentials file or the environment.
 *
 * @param name this server's among the members
 * @param node the cache's own settings
 * @param tcp where to listen for other nodes
 * @param unix where to listen for this node
 * @param members all servers of the cluster, this one included
 * @param dataSets what is served
 */
public record ServerConfig(
    String name,
    NodeOptions node,
    Address.Tcp tcp,
    Path unix,
    List<Member> members,
    List<DataSetSpec> dataSets) {

  private static final Set<String> KNOWN =
      Set.of("name", "directory", "tier", "quota", "block", "listen.tcp", "listen.unix", "members");

  private static final String DATA_SET = "dataset.";

  /** The longest path of a Unix-domain socket, without its final NUL (sockaddr_un). */
  private static final int MAX_SOCKET_PATH = 107;

  public ServerConfig {
    members = List.copyOf(members);
    dataSets = List.copyOf(dataSets);
    if (unix.toString().length() > MAX_SOCKET_PATH) {
      throw new IllegalArgumentException(
          "listen.unix: the path "
              + unix
              + " is longer than the "
              + MAX_SOCKET_PATH
              + " bytes that a socket's path may have; set listen.unix to a shorter one");
    }
    if (members.stream().noneMatch(m -> m.name().equals(name))) {
      throw new IllegalArgumentException(
          "members: none of them is this server, whose name is '" + name + "': " + members);
    }
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException naming the file, the key and what it may be
   */
  public static ServerConfig load(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
      return parse(properties);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  static ServerConfig parse(Properties properties) {
    Map<String, String> plain = new HashMap<>();
    Map<String, Map<String, String>> dataSets = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      String value = properties.getProperty(key).strip();
      int dot = key.indexOf('.', DATA_SET.length());
      if (key.startsWith(DATA_SET) && dot > 0) {
        dataSets
            .computeIfAbsent(key.substring(DATA_SET.length(), dot), n -> new HashMap<>())
            .put(key.substring(dot + 1), value);
      } else if (KNOWN.contains(key)) {
        plain.put(key, value);
      } else {
        throw new IllegalArgumentException(
            "unknown key '"
                + key
                + "'; known: "
                + new TreeSet<>(KNOWN)
                + ", dataset.NAME.root, dataset.NAME.OPTION");
      }
    }
    String directoryText = plain.get("directory");
    if (directoryText == null) {
      throw new IllegalArgumentException("the key 'directory' is missing");
    }
    Path directory = Path.of(directoryText).toAbsolutePath();
    Address.Tcp tcp =
        value(plain, "listen.tcp", ServerConfig::tcp, new Address.Tcp("127.0.0.1", 7070));
    String name = plain.getOrDefault("name", tcp.toString());
    NodeOptions defaults =
        NodeOptions.of(
            directory, value(plain, "quota", DataSize::parse, new DataSize(10L << 30)).bytes());
    NodeOptions node =
        new NodeOptions(
            directory,
            value(plain, "tier", Path::of, defaults.tier()),
            defaults.quotaBytes(),
            Math.toIntExact(
                value(
                        plain,
                        "block",
                        DataSize::parse,
                        new DataSize(StoreOptions.DEFAULT_BLOCK_BYTES))
                    .bytes()),
            defaults.demandWidth(),
            defaults.prefetchWidth());
    return new ServerConfig(
        name,
        node,
        tcp,
        value(plain, "listen.unix", Path::of, directory.resolve("forebay.sock")),
        value(plain, "members", ServerConfig::members, List.of(new Member(name, tcp.toString()))),
        dataSets.entrySet().stream().map(e -> dataSet(e.getKey(), e.getValue())).toList());
  }

  private static <T> T value(
      Map<String, String> plain, String key, Function<String, T> parser, T fallback) {
    try {
      return Optional.ofNullable(plain.get(key)).map(parser).orElse(fallback);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
    }
  }

  private static Address.Tcp tcp(String text) {
    if (Address.parse(text) instanceof Address.Tcp address) {
      return address;
    }
    throw new IllegalArgumentException("'" + text + "' is no host:port");
  }

  private static List<Member> members(String text) {
    List<Member> members = new ArrayList<>();
    for (String member : text.split(",", -1)) {
      members.add(Member.parse(member.strip()));
    }
    return members;
  }

  private static DataSetSpec dataSet(String name, Map<String, String> settings) {
    Map<String, String> options = new HashMap<>(settings);
    String root = options.remove("root");
    if (root == null) {
      throw new IllegalArgumentException("the key 'dataset." + name + ".root' is missing");
    }
    try {
      return new DataSetSpec(name, URI.create(root), options);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("dataset." + name + ".root: " + e.getMessage(), e);
    }
  }
}
