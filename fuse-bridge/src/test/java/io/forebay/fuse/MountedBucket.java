package io.forebay.fuse;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import io.forebay.samples.oss.OssServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A bucket, a cache in this process, and a mount. Closing it leaves nothing mounted. */
final class MountedBucket implements AutoCloseable {

  private final OssServer oss;
  private final Forebay forebay;
  private final DataSet dataSet;
  private final Path root;
  private Mount mount;
  private boolean storeLost;

  /**
   * Nothing is mounted yet. Skips the test where nobody may mount.
   *
   * @param directory takes the cache, and the directory to mount on
   */
  MountedBucket(Path directory) throws IOException {
    assumeThat(Files.isWritable(Path.of("/dev/fuse"))).as("/dev/fuse can be used").isTrue();
    oss = OssServer.builder().bucket("bucket").key("id", "secret").start();
    forebay =
        Forebay.builder()
            .embedded(directory.resolve("cache"))
            .option("fs.oss.endpoint", oss.endpoint())
            .option("fs.oss.accessKeyId", "id")
            .option("fs.oss.accessKeySecret", "secret")
            .open();
    dataSet = forebay.dataSet("oss://bucket");
    root = Files.createDirectory(directory.resolve("mnt"));
  }

  OssServer oss() {
    return oss;
  }

  Forebay forebay() {
    return forebay;
  }

  DataSet dataSet() {
    return dataSet;
  }

  Path root() {
    return root;
  }

  /** Mounts the bucket, instead of what is mounted. */
  Mount mount(String options) throws IOException {
    return mount(dataSet, options);
  }

  Mount mount(DataSet other, String options) throws IOException {
    unmount();
    mount = Mount.open(other, root, MountOptions.parse(options));
    return mount;
  }

  /** The store goes, and does not answer any more. */
  void loseStore() {
    storeLost = true;
    oss.close();
  }

  private void unmount() {
    if (mount != null) {
      mount.close();
    }
  }

  @Override
  public void close() throws IOException {
    unmount();
    forebay.close();
    if (!storeLost) {
      loseStore();
    }
  }
}
