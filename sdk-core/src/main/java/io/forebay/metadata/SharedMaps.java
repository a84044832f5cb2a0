package io.forebay.metadata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two memory-mapped maps of a node, {@code namespace} and {@code residency}. Chronicle Map
 * needs JVM flags; where they are missing the maps are not available, one warning names the flags,
 * and everything works through the server.
 */
public final class SharedMaps {

  private static final Logger log = LoggerFactory.getLogger(SharedMaps.class);

  /** What a JVM needs on its command line to open the maps. */
  public static final String JVM_FLAGS =
      "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED"
          + " --add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
          + " --add-opens=java.base/java.lang=ALL-UNNAMED"
          + " --add-opens=java.base/java.lang.reflect=ALL-UNNAMED";

  /** Names the maps are laid out for at first; they can hold ten times as many. Sparse files. */
  static final long EXPECTED_NAMES = 1_000_000;

  private static final AtomicBoolean warned = new AtomicBoolean();

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

  /** Opens the maps of one generation, and creates them where needed, outside of any node. */
  public static Optional<SharedMaps> open(Path directory, String generation) throws IOException {
    return open(directory, generation, EXPECTED_NAMES, new MapTrouble(kind -> {}));
  }

  /**
   * Opens the maps of one generation, and creates them where needed.
   *
   * @param expected names to lay them out for, if they are new
   * @return empty, after a warning, when this JVM cannot open such maps
   */
  static Optional<SharedMaps> open(
      Path directory, String generation, long expected, MapTrouble trouble) throws IOException {
    // Chronicle reports its use to the internet, and advertises in logs, unless told not to.
    System.setProperty("chronicle.analytics.disable", "true");
    System.setProperty("chronicle.announcer.disable", "true");
    // A process killed inside a lock leaves it locked: wait two seconds for it, not sixty.
    System.setProperty("net.openhft.chronicle.map.lockTimeoutSeconds", "2");
    Files.createDirectories(directory);
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
              .createPersistedTo(directory.resolve("namespace." + generation).toFile());
      ChronicleMap<byte[], byte[]> places =
          ChronicleMapBuilder.of(byte[].class, byte[].class)
              .name("residency")
              .constantKeySizeBySample(new byte[FileId.BYTES])
              .constantValueSizeBySample(new byte[SharedResidency.VALUE_BYTES])
              .entries(expected)
              .maxBloatFactor(10)
              .putReturnsNull(true)
              .removeReturnsNull(true)
              .createPersistedTo(directory.resolve("residency." + generation).toFile());
      return Optional.of(
          new SharedMaps(
              new SharedNamespace(names, trouble), new SharedResidency(places, trouble)));
    } catch (IOException e) {
      closeQuietly(names);
      throw e;
    } catch (LinkageError | RuntimeException e) {
      // IllegalAccessError, ExceptionInInitializerError, InaccessibleObjectException, ...: it
      // depends on which flag is missing and on the JDK.
      closeQuietly(names);
      if (warned.compareAndSet(false, true)) {
        log.warn(
            "the node's shared metadata maps cannot be opened ({}); reads go through the cache"
                + " server or this process's own memory instead. Start the JVM with: {}",
            String.valueOf(e),
            JVM_FLAGS);
      }
      return Optional.empty();
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
