package io.forebay.samples.quickstart;

import io.forebay.samples.oss.OwnAddresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;

/** Where samples run: generated images, a bucket far away that has them, and two cache servers. */
final class Site implements AutoCloseable {

  private static final List<String> NODES = List.of("node-a", "node-b");

  private final SiteSettings settings;
  private final Path work;
  private final Bucket bucket;
  private final Deque<ForebayProcess> servers = new ArrayDeque<>();

  private Site(SiteSettings settings, Path work, Bucket bucket) {
    this.settings = settings;
    this.work = work;
    this.bucket = bucket;
  }

  /** Makes one in a directory that is deleted when this process ends. */
  static Site open(SiteSettings settings) throws IOException {
    Path work = Files.createTempDirectory("forebay-sample-");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteTree(work)));
    Path images = work.resolve("images");
    long bytes = generate(settings, images);
    Site site = new Site(settings, work, new Bucket(images, settings));
    try {
      site.startServers(
          settings.cache == 0 ? "100GiB" : bytes * settings.cache / NODES.size() / 100 + "B");
      WarmUp.run(site.node());
      // Only where the room is needed: for minutes after many files were deleted, an ext4 without a
      // journal, as some virtual machines have it, is slow to make new ones.
      if (settings.cache > 0) {
        for (String node : NODES) {
          WarmUp.forget(work.resolve(node));
        }
      }
      return site;
    } catch (IOException | RuntimeException e) {
      site.close();
      throw e;
    }
  }

  /**
   * @param quota of each
   */
  private void startServers(String quota) throws IOException {
    List<String> members = new ArrayList<>();
    for (String node : NODES) {
      members.add(node + "=" + OwnAddresses.host() + ":" + OwnAddresses.nextPort());
    }
    for (int i = 0; i < NODES.size(); i++) {
      servers.push(
          ServerProcess.start(work.resolve(NODES.get(i)), members.get(i), members, bucket, quota));
    }
  }

  /** The bytes that they take on a disk. */
  private static long generate(SiteSettings settings, Path root) {
    Images images = new Images(settings.pixels, settings.seed);
    try (ProgressBar bar = Progress.bar("generating images", settings.images)) {
      return IntStream.range(0, settings.images)
          .parallel()
          .mapToLong(
              index -> {
                try {
                  images.write(root, index);
                  bar.step();
                  return (Files.size(root.resolve(Images.path(index))) + 4095) / 4096 * 4096;
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .sum();
    }
  }

  /** The images on local disk. */
  Path images() {
    return work.resolve("images");
  }

  Bucket bucket() {
    return bucket;
  }

  /** The directory of this node's cache server. */
  Path node() {
    return work.resolve(NODES.get(0));
  }

  /** In a sentence or two. */
  String describe() {
    return String.format(
        Locale.ROOT,
        "%,d JPEGs of %d x %d pixels in %d classes. The bucket: %d ms to the first byte, %s/s a"
            + " connection, %s/s in total. Two cache servers%s; they had fetched as many other files"
            + " before. Measured on %s with %d cores, %s"
            + " %s, Java %s.",
        settings.images,
        settings.pixels,
        settings.pixels,
        Images.CLASSES,
        settings.firstByte.toMillis(),
        settings.perConnection,
        settings.inTotal,
        settings.cache == 0 ? "" : ", which hold " + settings.cache + " % of the images",
        LocalDate.now(ZoneOffset.UTC),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name"),
        System.getProperty("os.version"),
        System.getProperty("java.version"));
  }

  @Override
  public void close() {
    servers.forEach(ForebayProcess::close);
    bucket.close();
  }

  private static void deleteTree(Path root) {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.err.println("could not remove " + root + ": " + e.getMessage());
    }
  }
}
