package io.forebay;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/**
 * Opens data sets whose files are kept near. Thread-safe; one per process is enough.
 *
 * <pre>{@code
 * try (Forebay forebay = Forebay.embedded(Path.of("/var/cache/forebay"))) {
 *   DataSet images = forebay.dataSet("oss://training-data/images");
 *   for (FileStatus file : images.walk("train")) {
 *     ByteBuffer bytes = images.read(file);
 *   }
 * }
 * }</pre>
 *
 * <p>{@link #embedded} keeps files in this process's own cache directory and needs no server.
 * {@link #connect} uses cache servers: those of the node whose directory is given, or those named.
 */
public interface Forebay extends AutoCloseable {

  /**
   * A cache inside this process, with the default quota and no options.
   *
   * @param directory kept from run to run; made if it is missing
   */
  static Forebay embedded(Path directory) throws IOException {
    return builder().embedded(directory).open();
  }

  /**
   * Uses the cache server of this node, and through it the servers of the cluster.
   *
   * @param nodeDirectory the directory that the server was given as its own
   * @throws IOException when no server has announced itself there
   */
  static Forebay connect(Path nodeDirectory) throws IOException {
    return builder().node(nodeDirectory).open();
  }

  static Builder builder() {
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
  DataSet dataSet(String nameOrRoot) throws IOException;

  /** Where the bytes that were read came from, since this was opened. */
  ReadStats stats();

  /**
   * Ends all reads and gives the cache directory free. Files in it stay for the next run. Its data
   * sets refuse to read and to write afterwards.
   */
  @Override
  void close() throws IOException;

  /** Settings of a {@link Forebay}. Not thread-safe. */
  final class Builder {

    private static final long DEFAULT_QUOTA_BYTES = 10L << 30;

    private final Map<String, String> options = new HashMap<>();
    private final List<String> servers = new ArrayList<>();
    private Path embedded;
    private Path node;
    private long quotaBytes = DEFAULT_QUOTA_BYTES;
    private Optional<String> zone = Optional.empty();
    private Duration patience = Duration.ofSeconds(5);
    private Duration restartPatience = Duration.ZERO;
    private boolean waiting = true;
    private Optional<Path> trust = Optional.empty();
    private Optional<Path> certificate = Optional.empty();
    private Optional<Path> key = Optional.empty();
    private Optional<Path> tokenFile = Optional.empty();
    private Optional<Supplier<String>> token = Optional.empty();

    private Builder() {}

    /** Keeps files in this directory, in this process. Excludes {@link #node}. */
    public Builder embedded(Path directory) {
      this.embedded = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /** Uses the cache server whose directory this is. Excludes {@link #embedded}. */
    public Builder node(Path directory) {
      this.node = Objects.requireNonNull(directory, "directory");
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
      if (bytes < 1) {
        throw new IllegalArgumentException(
            "quotaBytes: a cache holds at least one byte, got " + bytes);
      }
      this.quotaBytes = bytes;
      return this;
    }

    /**
     * The zone of this process, as servers name theirs: replicas there are read first. By default
     * that of the server on its node.
     */
    public Builder zone(String zone) {
      this.zone = Optional.of(zone);
      return this;
    }

    /** The longest silence of a server before the next place is asked; 5 s by default. */
    public Builder patience(Duration patience) {
      if (patience.compareTo(Duration.ofMillis(1)) < 0) {
        throw new IllegalArgumentException("patience: at least one millisecond, got " + patience);
      }
      this.patience = patience;
      return this;
    }

    /**
     * How long a read waits when all servers are down, as the only one is while it restarts, and
     * the under-store cannot be read from here; not at all by default. After one wait in vain reads
     * fail at once, until a server has been up.
     */
    public Builder restartPatience(Duration patience) {
      if (patience.isNegative()) {
        throw new IllegalArgumentException("restartPatience: not a negative time: " + patience);
      }
      this.restartPatience = patience;
      return this;
    }

    /**
     * Uses TLS to servers of other nodes, and requires certificates from these authorities, for the
     * host names by which the servers are called. Without this, the environment variable {@code
     * FOREBAY_TLS_TRUST} or the node's server tell the file.
     *
     * @param trust PEM file
     */
    public Builder tls(Path trust) {
      this.trust = Optional.of(trust);
      return this;
    }

    /**
     * Shows a certificate to servers that ask for one. Without this, the environment variables
     * {@code FOREBAY_TLS_CERTIFICATE} and {@code FOREBAY_TLS_KEY} tell the files.
     *
     * @param certificate PEM file, with those of intermediate authorities behind it
     * @param key PEM file with a key as PKCS #8
     */
    public Builder certificate(Path certificate, Path key) {
      this.certificate = Optional.of(certificate);
      this.key = Optional.of(key);
      return this;
    }

    /**
     * Shows the token of this file to servers. It is read again when it changes, so replace it
     * before the token expires. Without this, the environment variable {@code FOREBAY_TOKEN_FILE}
     * tells the file.
     */
    public Builder token(Path file) {
      this.tokenFile = Optional.of(file);
      return this;
    }

    /**
     * Shows a token of the program's own to servers.
     *
     * @param source returns the present token at once, from any thread
     */
    public Builder token(Supplier<String> source) {
      this.token = Optional.of(source);
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

    /**
     * @throws IllegalStateException when both {@link #embedded} and {@link #node} were given
     * @throws IOException when the directory cannot be used, or nothing answers there
     */
    public Forebay open() throws IOException {
      if (embedded != null && node != null) {
        throw new IllegalStateException(
            "embedded("
                + embedded
                + ") keeps files in this process, node("
                + node
                + ") has a server keep them; give one of the two");
      }
      return ServiceLoader.load(ForebayProvider.class, Forebay.class.getClassLoader())
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalStateException(
                      "META-INF/services/"
                          + ForebayProvider.class.getName()
                          + " is missing on the class path; if forebay-sdk-core was repackaged, keep its"
                          + " service files"))
          .open(
              new ForebaySettings(
                  Optional.ofNullable(embedded != null ? embedded : node),
                  embedded != null,
                  servers,
                  options,
                  quotaBytes,
                  zone,
                  patience,
                  restartPatience,
                  waiting,
                  new ServerSecurity(trust, certificate, key, tokenFile, token)
                      .orOf(System.getenv())));
    }
  }
}
