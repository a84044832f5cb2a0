package io.forebay.metadata;

import io.forebay.file.FileId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;

/**
 * The two memory-mapped maps of a node, {@code namespace} and {@code residency}. Chronicle Map
 * needs JVM flags; where they are missing the maps cannot be opened, and everything works through
 * the server.
 */
public final class SharedMaps {

  /** What a JVM needs on its command line to open the maps. */
  public static final String JVM_FLAGS =
      "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED"
          + " --add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
          + " --add-opens=java.base/java.lang=ALL-UNNAMED"
          + " --add-opens=java.base/java.lang.reflect=ALL-UNNAMED";

  private static final String NAMESPACE = "namespace.";
  private static final String RESIDENCY = "residency.";

  /**
   * Most and fewest names that the maps are laid out for at first; they can hold ten times as many.
   * A name takes about 220 bytes of disk from the beginning, so that a full disk is noticed then
   * and not when a page is touched.
   */
  static final long EXPECTED_NAMES = 1_000_000;

  private static final long FEWEST_NAMES = 10_000;

  /** Of cache for each name at first: the maps take at most a seventieth of it. */
  private static final long CACHE_BYTES = 16 << 10;

  private final SharedNamespace namespace;
  private final SharedResidency residency;

  private SharedMaps(SharedNamespace namespace, SharedResidency residency) {
    this.namespace = namespace;
    this.residency = residency;
  }

  public Namespace namespace() {
    return namespace;
  }

  public Residency residency() {
    return residency;
  }

  /**
   * Opens the maps of one generation, and creates them where needed, outside of any node.
   *
   * @param directory made if it is missing
   */
  public static SharedMaps open(Path directory, String generation) throws IOException {
    return create(directory, generation, EXPECTED_NAMES, new MapCircuitBreaker(kind -> {}));
  }

  /**
   * Creates the maps of a generation.
   *
   * @param directory made if it is missing
   * @param expected names to lay them out for
   */
  static SharedMaps create(
      Path directory, String generation, long expected, MapCircuitBreaker trouble)
      throws IOException {
    Files.createDirectories(directory);
    SharedMaps maps = openOrCreate(directory, generation, expected, trouble);
    for (String name : List.of(NAMESPACE, RESIDENCY)) { // whose readers lock in them
      Files.setPosixFilePermissions(
          directory.resolve(name + generation), PosixFilePermissions.fromString("rw-rw----"));
    }
    return maps;
  }

  /** Opens the maps that the owner of the directory created. */
  static SharedMaps follow(Path directory, String generation, MapCircuitBreaker trouble)
      throws IOException {
    if (Files.exists(directory) && !Files.isExecutable(directory)) {
      throw new IOException(
          directory
              + " is only for group '"
              + Files.readAttributes(directory, PosixFileAttributes.class).group().getName()
              + "', but the user of this process is not a member");
    }
    for (String name : List.of(NAMESPACE, RESIDENCY)) {
      Path file = directory.resolve(name + generation);
      if (!Files.isWritable(file)) { // a reader writes too: its locks are in the file
        throw new IOException(file + (Files.exists(file) ? " is read-only" : " is missing"));
      }
    }
    return openOrCreate(directory, generation, EXPECTED_NAMES, trouble);
  }

  /** For how many names the maps of a cache of so many bytes are laid out at first. */
  static long namesFor(long cacheBytes) {
    return Math.max(FEWEST_NAMES, Math.min(cacheBytes / CACHE_BYTES, EXPECTED_NAMES));
  }

  /** What the files of a generation take on disk. */
  static long bytes(Path directory, String generation) throws IOException {
    return Files.size(directory.resolve(NAMESPACE + generation))
        + Files.size(directory.resolve(RESIDENCY + generation));
  }

  /** Whether the files of a generation are there. */
  static boolean exist(Path directory, String generation) {
    return Files.exists(directory.resolve(NAMESPACE + generation))
        && Files.exists(directory.resolve(RESIDENCY + generation));
  }

  private static SharedMaps openOrCreate(
      Path directory, String generation, long expected, MapCircuitBreaker trouble)
      throws IOException {
    // Chronicle reports its use to the internet, and advertises in logs, unless told not to.
    System.setProperty("chronicle.analytics.disable", "true");
    System.setProperty("chronicle.announcer.disable", "true");
    // A process killed inside a lock leaves it locked: wait two seconds for it, not sixty.
    System.setProperty("net.openhft.chronicle.map.lockTimeoutSeconds", "2");
    ChronicleMap<byte[], byte[]> names = null;
    try {
      names =
          ChronicleMapBuilder.of(byte[].class, byte[].class)
              .name("namespace")
              .averageKeySize(48)
              .averageValueSize(72)
              .actualChunkSize(40)
              .maxChunksPerEntry(64)
              .entries(expected)
              .maxBloatFactor(10)
              .putReturnsNull(true)
              .removeReturnsNull(true)
              .createPersistedTo(directory.resolve(NAMESPACE + generation).toFile());
      ChronicleMap<byte[], byte[]> places =
          ChronicleMapBuilder.of(byte[].class, byte[].class)
              .name("residency")
              .constantKeySizeBySample(new byte[FileId.BYTES])
              .constantValueSizeBySample(new byte[SharedResidency.VALUE_BYTES])
              .entries(expected)
              .maxBloatFactor(10)
              .putReturnsNull(true)
              .removeReturnsNull(true)
              .createPersistedTo(directory.resolve(RESIDENCY + generation).toFile());
      return new SharedMaps(
          new SharedNamespace(names, trouble), new SharedResidency(places, trouble));
    } catch (IOException | OutOfMemoryError e) {
      closeQuietly(names);
      throw e;
    } catch (RuntimeException | Error e) {
      // IllegalAccessError, ExceptionInInitializerError, InaccessibleObjectException, ...: it
      // depends on which flag or module is missing and on the JDK.
      closeQuietly(names);
      if (e instanceof IllegalStateException && "Shutdown in progress".equals(e.getMessage())) {
        throw new IOException("this process is stopping", e);
      }
      throw new IOException(
          "this JVM cannot open them ("
              + e
              + "). Start the JVM with: "
              + JVM_FLAGS
              + " and the modules java.se and jdk.unsupported",
          e);
    }
  }

  /** Entries of the namespace: names, pages of listings, and what former lists left. */
  long names() {
    return namespace.names();
  }

  /** Removes what former lists left, and what other data sets have. */
  void removeAllBut(Set<String> dataSets) {
    namespace.removeAllBut(dataSets);
  }

  /** Puts every name into other maps. */
  void copyNamesTo(SharedMaps other) {
    namespace.copyTo(other.namespace);
  }

  public void close() {
    namespace.close();
    residency.close();
  }

  private static void closeQuietly(ChronicleMap<byte[], byte[]> map) {
    if (map != null) {
      map.close();
    }
  }

  /** Removes the map files of all generations but one. Processes that have them open keep them. */
  public static void deleteOthers(Path directory, String generation) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (!file.getFileName().toString().endsWith("." + generation)) {
          Files.delete(file);
        }
      }
    }
  }
}
