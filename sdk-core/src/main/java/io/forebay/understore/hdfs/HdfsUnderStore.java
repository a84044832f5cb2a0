package io.forebay.understore.hdfs;

import io.forebay.FileStatus;
import io.forebay.StaleFileException;
import io.forebay.file.DataPath;
import io.forebay.understore.LeftOutLog;
import io.forebay.understore.ListingPage;
import io.forebay.understore.RangeStream;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreException;
import io.forebay.understore.UnfinishedWrite;
import io.forebay.understore.VersionedStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.DirectoryListing;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.apache.hadoop.security.UserGroupInformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of HDFS. The etag is made of inode, length and modification time: a file that was
 * replaced has another inode, one that was appended to another length.
 */
final class HdfsUnderStore implements UnderStore {

  private static final Logger log = LoggerFactory.getLogger(HdfsUnderStore.class);

  /** Files being written carry this prefix and are never listed. */
  private static final String UNFINISHED = ".forebay-unfinished-";

  /**
   * Asking the name node takes about a millisecond, and this some ten: a block of a file never
   * changes but where it is cut off and appended to.
   */
  private static final int PIECE = 1 << 20;

  private final URI root;
  private final Configuration configuration;
  private final LeftOutLog leftOut = new LeftOutLog();
  private volatile boolean rootIsMissing;
  private DistributedFileSystem opened;

  HdfsUnderStore(URI root, Map<String, String> options) {
    this.root = root;
    this.configuration = new Configuration();
    String directory = options.get(HdfsUnderStoreProvider.CONFIGURATION);
    if (directory != null) {
      configuration.addResource(new Path(directory, "core-site.xml"));
      configuration.addResource(new Path(directory, "hdfs-site.xml"));
    }
    options.forEach(configuration::set);
    // Ours: a dead name node is to be heard of in seconds, not in the quarter of an hour that 45
    // attempts take. Retrying is RetryingUnderStore's work.
    configuration.setIfUnset("ipc.client.connect.max.retries.on.timeouts", "2");
    configuration.setIfUnset("ipc.client.connect.max.retries", "2");
  }

  /** The client, made when it is first needed: making it looks the name node's host up. */
  private synchronized DistributedFileSystem hdfs() throws IOException {
    if (opened == null) {
      DistributedFileSystem fresh = new DistributedFileSystem();
      String user = configuration.get("hadoop.user.name");
      if (user == null || UserGroupInformation.isSecurityEnabled()) {
        fresh.initialize(root, configuration);
      } else {
        try {
          UserGroupInformation.createRemoteUser(user)
              .doAs(
                  (java.security.PrivilegedExceptionAction<Void>)
                      () -> {
                        fresh.initialize(root, configuration);
                        return null;
                      });
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new java.io.InterruptedIOException("interrupted while connecting to " + root);
        }
      }
      opened = fresh;
    }
    return opened;
  }

  private interface Call<T> {
    T run(DistributedFileSystem hdfs) throws IOException;
  }

  private <T> T call(String path, Call<T> call) throws IOException {
    try {
      return call.run(hdfs());
    } catch (IOException e) {
      IOException translated = HdfsErrors.translate(noun(path), e);
      throw translated instanceof NoSuchFileException && isRootMissing()
          ? UnderStoreException.lasting(root + " is not there", e)
          : translated;
    } catch (IllegalArgumentException e) {
      // An unknown host; or a stream's close failed with the very exception of its write.
      throw e.getCause() instanceof IOException cause
          ? HdfsErrors.translate(noun(path), cause)
          : UnderStoreException.lasting(noun(path) + ": " + e.getMessage(), e);
    }
  }

  /** Nothing can be said of a path while the root itself is missing. */
  private boolean isRootMissing() {
    try {
      boolean missing = hdfs().getClient().getFileInfo(resolve("").toUri().getPath()) == null;
      if (missing && !rootIsMissing) {
        log.warn("{} does not exist; look-ups there fail until it does", root);
      }
      rootIsMissing = missing;
      return missing;
    } catch (IOException e) {
      return false; // the first failure is the one to be told
    }
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    return call(path, hdfs -> stat(hdfs, path));
  }

  private FileStatus stat(DistributedFileSystem hdfs, String path) throws IOException {
    HdfsFileStatus status = hdfs.getClient().getFileInfo(resolve(path).toUri().getPath());
    if (status == null) {
      throw new NoSuchFileException(noun(path), null, "no such file");
    }
    return status(path, status);
  }

  @Override
  public ListingPage list(String directory, String continuation) throws IOException {
    return call(
        directory,
        hdfs -> {
          DirectoryListing listing =
              hdfs.getClient()
                  .listPaths(
                      resolve(directory).toUri().getPath(),
                      continuation.getBytes(StandardCharsets.UTF_8));
          if (listing == null) {
            throw new NoSuchFileException(noun(directory), null, "no such directory");
          }
          List<FileStatus> entries = new ArrayList<>();
          List<String> others = new ArrayList<>();
          for (HdfsFileStatus child : listing.getPartialListing()) {
            String name = child.getLocalName();
            if (name.isEmpty()) { // HDFS lists a file as itself
              throw new NoSuchFileException(noun(directory), null, "is a file, not a directory");
            }
            String path = DataPath.child(directory, name);
            if (name.startsWith(UNFINISHED)) {
              continue;
            }
            if (DataPath.isValid(path)) {
              entries.add(status(path, child));
            } else {
              others.add(path);
              leftOut.leftOut(noun(path), "has a name that is not a valid path");
            }
          }
          return new ListingPage(
              entries,
              others,
              List.of(),
              listing.hasMore() ? new String(listing.getLastName(), StandardCharsets.UTF_8) : "");
        });
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    String path = file.path();
    return call(
        path,
        hdfs -> {
          FSDataInputStream in = hdfs.open(resolve(path));
          try {
            // After opening: a file that was replaced in between is found to be stale.
            requireVersion(hdfs, file);
            in.seek(offset);
            return new FileStream(
                path, new VersionedStream(in, length, PIECE, () -> recheck(file)), length);
          } catch (IOException e) {
            in.close();
            throw e;
          }
        });
  }

  private void requireVersion(DistributedFileSystem hdfs, FileStatus file) throws IOException {
    FileStatus now = stat(hdfs, file.path());
    if (!now.etag().equals(file.etag())) {
      throw new StaleFileException(
          noun(file.path()), "expected " + file.etag() + ", found " + now.etag());
    }
  }

  private void recheck(FileStatus file) throws IOException {
    call(
        file.path(),
        hdfs -> {
          requireVersion(hdfs, file);
          return null;
        });
  }

  @Override
  public FileStatus put(String path, InputStream content, long length) throws IOException {
    return call(
        path,
        hdfs -> {
          Path target = resolve(path);
          Path unfinished = new Path(target.getParent(), UNFINISHED + UUID.randomUUID());
          try {
            long written;
            try (var out = hdfs.create(unfinished)) {
              written = content.transferTo(out);
              out.hsync();
            }
            if (written != length) {
              throw UnderStoreException.lasting(
                  noun(path) + ": " + length + " bytes were expected, but " + written + " arrived",
                  null);
            }
            hdfs.rename(unfinished, target, Options.Rename.OVERWRITE);
          } finally {
            hdfs.delete(unfinished, false);
          }
          return stat(hdfs, path);
        });
  }

  @Override
  public FileStatus rename(FileStatus from, String to) throws IOException {
    return call(
        from.path(),
        hdfs -> {
          requireVersion(hdfs, from);
          Path target = resolve(to);
          hdfs.mkdirs(target.getParent());
          hdfs.rename(resolve(from.path()), target, Options.Rename.OVERWRITE);
          return stat(hdfs, to);
        });
  }

  @Override
  public List<UnfinishedWrite> unfinished() throws IOException {
    List<UnfinishedWrite> found = new ArrayList<>();
    Deque<String> waiting = new ArrayDeque<>(List.of(""));
    while (!waiting.isEmpty()) {
      String directory = waiting.remove();
      call(
          directory,
          hdfs -> {
            for (var status : hdfs.listStatus(resolve(directory))) {
              String path = DataPath.child(directory, status.getPath().getName());
              if (status.isDirectory()) {
                waiting.add(path);
              } else if (status.getPath().getName().startsWith(UNFINISHED)) {
                found.add(new UnfinishedWrite(path, "", status.getModificationTime()));
              }
            }
            return null;
          });
    }
    return found;
  }

  @Override
  public void abandon(UnfinishedWrite write) throws IOException {
    delete(write.path());
  }

  @Override
  public void delete(String path) throws IOException {
    call(path, hdfs -> hdfs.delete(resolve(path), false));
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    call(path, hdfs -> hdfs.mkdirs(resolve(path)));
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    call(
        path,
        hdfs -> {
          try {
            return stat(hdfs, path).directory() && hdfs.delete(resolve(path), false);
          } catch (NoSuchFileException e) {
            return false;
          }
        });
  }

  @Override
  public synchronized void close() throws IOException {
    if (opened != null) {
      opened.close();
    }
  }

  private Path resolve(String path) {
    String base = root.getPath().isEmpty() ? "/" : root.getPath();
    Path directory = new Path(root.getScheme(), root.getAuthority(), base);
    return path.isEmpty()
        ? directory
        : new Path(
            root.getScheme(), root.getAuthority(), base + (base.endsWith("/") ? "" : "/") + path);
  }

  private String noun(String path) {
    return root + (path.isEmpty() ? "" : "/" + path);
  }

  private static FileStatus status(String path, HdfsFileStatus status) {
    return status.isDirectory()
        ? FileStatus.directory(path)
        : FileStatus.file(
            path,
            status.getLen(),
            status.getModificationTime(),
            Long.toHexString(status.getFileId())
                + "-"
                + Long.toHexString(status.getLen())
                + "-"
                + Long.toHexString(status.getModificationTime()));
  }

  /** A file; one that is being appended to is longer than the range by now. */
  private final class FileStream extends RangeStream {

    private final String path;
    private final InputStream file;

    FileStream(String path, InputStream file, long length) {
      super(file, length);
      this.path = path;
      this.file = file;
    }

    @Override
    protected IOException translate(Exception e) {
      return HdfsErrors.translate(
          noun(path), e instanceof IOException io ? io : new IOException(e));
    }

    @Override
    protected void closeEarly() throws IOException {
      file.close();
    }
  }
}
