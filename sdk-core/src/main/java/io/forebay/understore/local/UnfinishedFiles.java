package io.forebay.understore.local;

import io.forebay.understore.UnfinishedWrite;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that are being written, each beside the one that it is going to be. A writer locks its
 * file, and its death unlocks it, so a process that begins to write in a directory can remove what
 * killed ones left there. Only those of this boot of this machine: locks of others may not be seen
 * here. Thread-safe.
 */
final class UnfinishedFiles {

  private static final Logger log = LoggerFactory.getLogger(UnfinishedFiles.class);

  private static final String PREFIX = ".forebay-unfinished-";
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int ID_LENGTH = 8;

  /**
   * Of this process, whose files are never opened a second time: closing that would unlock them.
   */
  private static final String PROCESS = UUID.randomUUID().toString().substring(0, ID_LENGTH);

  private static final AtomicLong count = new AtomicLong();

  private final Path root;
  private final Set<FileVisitOption> options;
  private final Set<Path> swept = ConcurrentHashMap.newKeySet();

  /**
   * @param links whether they are followed
   */
  UnfinishedFiles(Path root, boolean links) {
    this.root = root;
    this.options = links ? EnumSet.of(FileVisitOption.FOLLOW_LINKS) : Set.of();
  }

  static boolean isOne(String name) {
    return name.startsWith(PREFIX);
  }

  /** A new one, locked where the file system knows locks. */
  record Locked(Path file, FileChannel channel) implements AutoCloseable {

    /** Also removes it, unless it has another name by now. */
    @Override
    public void close() throws IOException {
      try (channel) {
        Files.deleteIfExists(file);
      }
    }
  }

  Locked create(Path directory) throws IOException {
    String machine = PREFIX + Files.readString(BOOT_ID).substring(0, ID_LENGTH) + "-";
    if (swept.add(directory)) {
      sweep(directory, machine);
    }
    while (true) {
      Path file = directory.resolve(machine + PROCESS + "-" + count.incrementAndGet());
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try {
        channel.lock();
      } catch (IOException e) {
        log.debug("{} does not support file locks", directory, e);
      }
      if (Files.exists(file)) {
        return new Locked(file, channel);
      }
      channel.close(); // another process came between, and took it for a dead one's
    }
  }

  private static void sweep(Path directory, String machine) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, machine + "*")) {
      for (Path file : files) {
        if (!file.getFileName().toString().startsWith(machine + PROCESS)) {
          removeUnlessLocked(file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      log.debug("cannot search {} for files that killed writers left", directory, e);
    }
  }

  private static void removeUnlessLocked(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Files.deleteIfExists(file);
        log.info("removed {}, which a killed writer left", file);
      }
    } catch (IOException e) {
      log.debug("{} stays", file, e); // gone, another user's, or without locks
    }
  }

  /** All below the root, but for directories that this user may not read. */
  List<UnfinishedWrite> list() throws IOException {
    List<UnfinishedWrite> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        options,
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (isOne(file.getFileName().toString())) {
              String path = root.relativize(file).toString();
              found.add(new UnfinishedWrite(path, "", attributes.lastModifiedTime().toMillis()));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (file.equals(root)) {
              throw e;
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }
}
