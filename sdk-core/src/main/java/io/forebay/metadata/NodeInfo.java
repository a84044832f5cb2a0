package io.forebay.metadata;

import io.forebay.placement.Member;
import io.forebay.placement.View;
import io.forebay.spec.DataSetReference;
import io.forebay.spec.Replicas;
import io.forebay.state.StateFile;
import io.forebay.understore.AnnouncedMount;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the owner of a node's directory tells the other processes of the node, in {@code
 * node.properties}: without a single request they find maps, tiers and server.
 *
 * @param name of the owner as a member of its cluster; empty in embedded mode
 * @param generation names the map files; each start of the owner makes a new one, and so does
 *     trouble with the maps; empty until there are any
 * @param sharedMaps whether the maps exist as files
 * @param address the server's, as {@code unix:/path} or {@code host:port}; empty in embedded mode
 * @param admin {@code host:port} of the admin endpoint; empty for none
 * @param members all servers of the cluster, each as {@link Member#toString} writes it
 * @param trust file of the authorities that certificates of servers come from; empty for plaintext
 * @param tiers tier directories by their number
 * @param dataSets names, mounts and replicas of what the owner serves
 */
public record NodeInfo(
    String name,
    String generation,
    boolean sharedMaps,
    String address,
    String admin,
    List<String> members,
    Optional<Path> trust,
    List<Path> tiers,
    List<ServedDataSet> dataSets) {

  private static final String FILE = "node.properties";

  /** A data set of the owner; secrets of its mounts stay with the owner. */
  public record ServedDataSet(String name, List<AnnouncedMount> mounts, Replicas replicas) {

    public ServedDataSet {
      mounts = List.copyOf(mounts);
    }

    /** Whether this is what readers mean: the name, or the root of a data set that has but one. */
    public boolean isNamed(String nameOrRoot) {
      return name.equals(nameOrRoot)
          || (mounts.size() == 1
              && mounts.get(0).path().isEmpty()
              && mounts.get(0).root().toString().equals(nameOrRoot));
    }

    /** What it refers to, if it is a part of another data set. */
    public Optional<DataSetReference> reference() {
      return mounts.stream().findFirst().flatMap(mount -> DataSetReference.of(mount.root()));
    }

    static ServedDataSet read(Properties properties, String key) {
      List<AnnouncedMount> mounts = new ArrayList<>();
      for (int i = 0; properties.containsKey(key + ".mount." + i + ".root"); i++) {
        String mount = key + ".mount." + i;
        mounts.add(
            new AnnouncedMount(
                properties.getProperty(mount + ".path"),
                URI.create(properties.getProperty(mount + ".root")),
                below(properties, mount + ".option."),
                below(properties, mount + ".withheld.").keySet(),
                Boolean.parseBoolean(properties.getProperty(mount + ".readOnly"))));
      }
      SortedMap<String, Integer> replicas = new TreeMap<>();
      below(properties, key + ".replicas./")
          .forEach((path, count) -> replicas.put(path, Integer.valueOf(count)));
      return new ServedDataSet(
          properties.getProperty(key + ".name"), mounts, new Replicas(replicas));
    }

    private static Map<String, String> below(Properties properties, String prefix) {
      Map<String, String> found = new HashMap<>();
      for (String key : properties.stringPropertyNames()) {
        if (key.startsWith(prefix)) {
          found.put(key.substring(prefix.length()), properties.getProperty(key));
        }
      }
      return found;
    }

    void write(Properties properties, String key) {
      properties.setProperty(key + ".name", name);
      replicas
          .byPattern()
          .forEach((path, n) -> properties.setProperty(key + ".replicas./" + path, n.toString()));
      for (int i = 0; i < mounts.size(); i++) {
        String prefix = key + ".mount." + i;
        AnnouncedMount mount = mounts.get(i);
        properties.setProperty(prefix + ".path", mount.path());
        properties.setProperty(prefix + ".root", mount.root().toString());
        properties.setProperty(prefix + ".readOnly", Boolean.toString(mount.readOnly()));
        mount.options().forEach((k, v) -> properties.setProperty(prefix + ".option." + k, v));
        mount.withheld().forEach(k -> properties.setProperty(prefix + ".withheld." + k, ""));
      }
    }
  }

  public NodeInfo {
    members = List.copyOf(members);
    tiers = List.copyOf(tiers);
    dataSets = List.copyOf(dataSets);
  }

  /** The servers of the cluster. */
  public View view() {
    return new View(members.stream().map(Member::parse).toList());
  }

  /** Reads the file; empty when there is none. */
  public static Optional<NodeInfo> read(Path directory) throws IOException {
    return load(directory).map(NodeInfo::of);
  }

  /**
   * Tells one announcement from another without reading it: each is a file of its own.
   *
   * @return empty when there is none
   */
  public static Optional<Object> mark(Path directory) throws IOException {
    try {
      BasicFileAttributes file =
          Files.readAttributes(directory.resolve(FILE), BasicFileAttributes.class);
      return Optional.of(List.of(file.fileKey(), file.lastModifiedTime(), file.size()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static Optional<Properties> load(Path directory) throws IOException {
    Optional<String> text = new StateFile(directory.resolve(FILE)).read();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    properties.load(new StringReader(text.get()));
    return Optional.of(properties);
  }

  private static NodeInfo of(Properties properties) {
    List<String> members = new ArrayList<>();
    for (int i = 0; properties.containsKey("member." + i); i++) {
      members.add(properties.getProperty("member." + i));
    }
    List<Path> tiers = new ArrayList<>();
    for (int i = 0; properties.containsKey("tier." + i); i++) {
      tiers.add(Path.of(properties.getProperty("tier." + i)));
    }
    List<ServedDataSet> dataSets = new ArrayList<>();
    for (int i = 0; properties.containsKey("dataset." + i + ".name"); i++) {
      dataSets.add(ServedDataSet.read(properties, "dataset." + i));
    }
    return new NodeInfo(
        properties.getProperty("name", ""),
        properties.getProperty("generation", ""),
        Boolean.parseBoolean(properties.getProperty("sharedMaps")),
        properties.getProperty("address", ""),
        properties.getProperty("admin", ""),
        members,
        Optional.ofNullable(properties.getProperty("trust")).map(Path::of),
        tiers,
        dataSets);
  }

  /** Whether the file is there, and says just this. */
  public boolean isWrittenIn(Path directory) throws IOException {
    return load(directory).equals(Optional.of(properties()));
  }

  private Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("name", name);
    properties.setProperty("generation", generation);
    properties.setProperty("sharedMaps", Boolean.toString(sharedMaps));
    properties.setProperty("address", address);
    properties.setProperty("admin", admin);
    for (int i = 0; i < members.size(); i++) {
      properties.setProperty("member." + i, members.get(i));
    }
    trust.ifPresent(file -> properties.setProperty("trust", file.toString()));
    for (int i = 0; i < tiers.size(); i++) {
      properties.setProperty("tier." + i, tiers.get(i).toString());
    }
    for (int i = 0; i < dataSets.size(); i++) {
      dataSets.get(i).write(properties, "dataset." + i);
    }
    return properties;
  }

  /** Writes the file; readers see the old one or the new one. */
  public void write(Path directory) throws IOException {
    StringWriter text = new StringWriter();
    properties().store(text, "Written by the owner of this directory at each start");
    // Everybody on the node finds the server by it.
    new StateFile(directory.resolve(FILE))
        .write(
            text.toString(),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
  }

  public static void delete(Path directory) throws IOException {
    Files.deleteIfExists(directory.resolve(FILE));
  }
}
