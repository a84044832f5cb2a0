package io.forebay.dataset.nio;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Paths such as {@code forebay://images/train/cat/1.jpg}: the authority is the data set's name, or
 * its root with the characters escaped that an authority cannot have. Found by the JDK wherever
 * this library is on the class path.
 *
 * <pre>{@code
 * try (FileSystem images =
 *     FileSystems.newFileSystem(URI.create("forebay://images"), Map.of("node", "/var/lib/forebay"))) {
 *   Files.walk(images.getPath("/train")) ...
 * }
 * }</pre>
 *
 * <p>The environment of a file system: {@code node}, the directory of this node's cache server, or
 * {@code cache}, one for a cache in this process; {@code servers}, a list of {@code name=host:port}
 * with commas; {@code writable}, {@code true} to allow writing. All else are options of the
 * under-store, as {@code fs.oss.endpoint}. {@link #of} makes one of a data set that is open
 * already.
 *
 * <p>Files are read as they are named by the data set's metadata. Without {@code writable} whatever
 * would change something is a {@link java.nio.file.ReadOnlyFileSystemException}; with it, a file is
 * written as a whole, when its channel is closed, and not in place. There are neither links nor
 * owners nor permissions, and times cannot be set. Thread-safe.
 */
public final class ForebayFileSystemProvider extends FileSystemProvider {

  static final String SCHEME = "forebay";

  private static final Set<String> OWN_SETTINGS = Set.of("node", "cache", "servers", "writable");

  private final Map<String, ForebayFileSystem> open = new HashMap<>();

  /** Called by the JDK; {@link #of} and {@code FileSystems} are for everybody else. */
  public ForebayFileSystemProvider() {}

  /**
   * A data set that is open, as a file system of its own; closing it closes nothing else.
   *
   * @param writable whether files can be written, deleted and renamed
   */
  public static FileSystem of(DataSet dataSet, boolean writable) {
    return new ForebayFileSystem(new ForebayFileSystemProvider(), dataSet, writable, () -> {});
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) throws IOException {
    String name = dataSet(uri);
    synchronized (open) {
      if (open.containsKey(name)) {
        throw new FileSystemAlreadyExistsException(uri.toString());
      }
      Forebay forebay = builder(environment).open();
      try {
        ForebayFileSystem system =
            new ForebayFileSystem(
                this,
                forebay.dataSet(name),
                Boolean.parseBoolean(String.valueOf(environment.get("writable"))),
                () -> {
                  synchronized (open) {
                    open.remove(name);
                  }
                  forebay.close();
                });
        open.put(name, system);
        return system;
      } catch (IOException | RuntimeException e) {
        forebay.close();
        throw e;
      }
    }
  }

  private static Forebay.Builder builder(Map<String, ?> environment) {
    Forebay.Builder builder = Forebay.builder();
    environment.forEach(
        (key, value) -> {
          if (!OWN_SETTINGS.contains(key)) {
            builder.option(key, value.toString());
          }
        });
    if (environment.containsKey("cache")) {
      return builder.embedded(Path.of(environment.get("cache").toString()));
    }
    if (environment.containsKey("servers")) {
      builder.servers(environment.get("servers").toString().strip().split("\\s*,\\s*", -1));
    }
    if (environment.containsKey("node")) {
      builder.node(Path.of(environment.get("node").toString()));
    }
    if (!environment.containsKey("node") && !environment.containsKey("servers")) {
      throw new IllegalArgumentException(
          "a " + SCHEME + " file system needs 'node', 'cache' or 'servers' in its environment");
    }
    return builder;
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    synchronized (open) {
      ForebayFileSystem system = open.get(dataSet(uri));
      if (system == null) {
        throw new FileSystemNotFoundException(
            uri + " is not open; open it with FileSystems.newFileSystem");
      }
      return system;
    }
  }

  @Override
  public Path getPath(URI uri) {
    String path = uri.getPath();
    return getFileSystem(uri).getPath(path == null || path.isEmpty() ? "/" : path);
  }

  private static String dataSet(URI uri) {
    if (!SCHEME.equalsIgnoreCase(uri.getScheme()) || uri.getRawAuthority() == null) {
      throw new IllegalArgumentException(uri + " is not of the form " + SCHEME + "://DATASET/PATH");
    }
    String name = URLDecoder.decode(uri.getRawAuthority(), StandardCharsets.UTF_8);
    return name.endsWith("/") ? name.substring(0, name.length() - 1) : name; // as roots are named
  }

  static URI uri(String dataSet, String absolutePath) {
    String authority =
        URLEncoder.encode(dataSet, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
    return URI.create(SCHEME + "://" + authority + RawPath.of(absolutePath));
  }

  static ForebayPath requireForebayPath(Path path) {
    if (path instanceof ForebayPath own) {
      return own;
    }
    throw new ProviderMismatchException(path + " is not a path of a data set");
  }

  private static ForebayFileSystem system(Path path) {
    return requireForebayPath(path).getFileSystem();
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    ForebayPath file = requireForebayPath(path);
    if (isForWriting(options)) {
      return write(file, options);
    }
    return file.dataSet().open(file.inDataSet());
  }

  private static boolean isForWriting(Set<? extends OpenOption> options) {
    return options.contains(StandardOpenOption.WRITE)
        || options.contains(StandardOpenOption.APPEND)
        || options.contains(StandardOpenOption.DELETE_ON_CLOSE);
  }

  private static Upload write(ForebayPath file, Set<? extends OpenOption> options)
      throws IOException {
    file.getFileSystem().requireWritable();
    if (options.contains(StandardOpenOption.READ)
        || options.contains(StandardOpenOption.APPEND)
        || options.contains(StandardOpenOption.DELETE_ON_CLOSE)) {
      throw new UnsupportedOperationException(
          "a file of a data set can only be written as a whole: READ with WRITE, APPEND"
              + " and DELETE_ON_CLOSE are not supported");
    }
    boolean exists = exists(file);
    if (exists && options.contains(StandardOpenOption.CREATE_NEW)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    if (!exists
        && !options.contains(StandardOpenOption.CREATE)
        && !options.contains(StandardOpenOption.CREATE_NEW)) {
      throw new NoSuchFileException(file.toString());
    }
    if (exists && !options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
      throw new UnsupportedOperationException(
          file + " exists and can only be replaced as a whole; use TRUNCATE_EXISTING");
    }
    return new Upload(file.dataSet(), file.inDataSet());
  }

  /**
   * A real channel: on the cache's own file where that is on this node, otherwise on a copy of it
   * in the temporary directory.
   */
  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    ForebayPath file = requireForebayPath(path);
    if (isForWriting(options)) {
      file.getFileSystem().requireWritable();
      throw new UnsupportedOperationException(
          "use newByteChannel or newOutputStream to write files of a data set");
    }
    return MappableCopy.open(file.dataSet(), file.status());
  }

  @Override
  public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
    for (OpenOption option : options) {
      if (option != StandardOpenOption.READ) {
        throw new UnsupportedOperationException("'" + option + "' is not supported for reads");
      }
    }
    ForebayPath file = requireForebayPath(path);
    return file.dataSet().open(file.inDataSet()).asInputStream();
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    ForebayPath own = requireForebayPath(directory);
    List<Path> entries = new ArrayList<>();
    for (FileStatus entry : own.list()) {
      Path path = directory.resolve(entry.name());
      if (filter.accept(path)) {
        entries.add(path);
      }
    }
    return new DirectoryEntries(entries);
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    ForebayPath own = requireForebayPath(directory);
    own.getFileSystem().requireWritable();
    if (exists(own)) {
      throw new FileAlreadyExistsException(directory.toString());
    }
    own.dataSet().makeDirectory(own.inDataSet());
  }

  @Override
  public void delete(Path path) throws IOException {
    ForebayPath own = requireForebayPath(path);
    own.getFileSystem().requireWritable();
    if (!own.status().directory()) {
      own.dataSet().delete(own.inDataSet());
    } else if (own.list().isEmpty()) {
      own.dataSet().removeDirectory(own.inDataSet());
    } else {
      throw new DirectoryNotEmptyException(path.toString());
    }
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    ForebayPath from = requireForebayPath(source);
    ForebayPath to = requireForebayPath(target);
    if (!prepare(from, to, options)) {
      return;
    }
    if (from.status().directory()) {
      to.dataSet().makeDirectory(to.inDataSet());
      return;
    }
    try (InputStream in = newInputStream(source)) {
      to.dataSet().write(to.inDataSet(), in, from.status().size());
    }
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    ForebayPath from = requireForebayPath(source);
    ForebayPath to = requireForebayPath(target);
    if (!prepare(from, to, options)) {
      return;
    }
    if (from.getFileSystem() == to.getFileSystem()) {
      from.dataSet().rename(from.inDataSet(), to.inDataSet());
    } else {
      from.getFileSystem().requireWritable();
      copy(source, target, options);
      delete(source);
    }
  }

  /** Returns whether there is anything to do. */
  private boolean prepare(ForebayPath from, ForebayPath to, CopyOption... options)
      throws IOException {
    to.getFileSystem().requireWritable();
    from.status();
    if (isSameFile(from, to)) {
      return false;
    }
    if (exists(to)) {
      if (!Arrays.asList(options).contains(StandardCopyOption.REPLACE_EXISTING)) {
        throw new FileAlreadyExistsException(to.toString());
      }
      if (to.status().directory()) {
        delete(to);
      }
    }
    return true;
  }

  private static boolean exists(ForebayPath path) throws IOException {
    try {
      path.status();
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public boolean isSameFile(Path one, Path other) {
    return other instanceof ForebayPath
        && requireForebayPath(one)
            .toAbsolutePath()
            .normalize()
            .equals(requireForebayPath(other).toAbsolutePath().normalize());
  }

  @Override
  public boolean isHidden(Path path) {
    return path.getFileName() != null && path.getFileName().toString().startsWith(".");
  }

  @Override
  public FileStore getFileStore(Path path) {
    return new DataSetStore(system(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    ForebayPath own = requireForebayPath(path);
    own.status();
    for (AccessMode mode : modes) {
      if (mode == AccessMode.EXECUTE || (mode == AccessMode.WRITE && !own.isWritable())) {
        throw new java.nio.file.AccessDeniedException(path.toString());
      }
    }
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return type == BasicFileAttributeView.class
        ? type.cast(new StatusView(requireForebayPath(path)))
        : null; // as the JDK wants it of a view that there is not
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (type != BasicFileAttributes.class && type != StatusAttributes.class) {
      throw new UnsupportedOperationException(type.getName());
    }
    return type.cast(new StatusAttributes(requireForebayPath(path).status()));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    int colon = names.indexOf(':');
    if (colon >= 0 && !names.substring(0, colon).equals("basic")) {
      throw new UnsupportedOperationException("attributes '" + names + "'");
    }
    Map<String, Object> all = new StatusAttributes(requireForebayPath(path).status()).asMap();
    Map<String, Object> wanted = new LinkedHashMap<>();
    for (String name : names.substring(colon + 1).split(",", -1)) {
      if (name.equals("*")) {
        return all;
      }
      if (!all.containsKey(name)) {
        throw new IllegalArgumentException("attribute '" + name + "'");
      }
      wanted.put(name, all.get(name));
    }
    return wanted;
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
    system(path).requireWritable();
    throw new UnsupportedOperationException("attributes of files in a data set cannot be set");
  }
}
