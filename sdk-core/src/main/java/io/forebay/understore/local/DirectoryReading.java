package io.forebay.understore.local;

import io.forebay.FileStatus;
import io.forebay.file.DataPath;
import io.forebay.locale.FileNameCharset;
import io.forebay.understore.LeftOutLog;
import io.forebay.understore.ListingPage;
import io.forebay.understore.UnderStoreException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Lists one directory, entry by entry. A fault of an entry leaves out that entry only. Links are
 * followed, but not to a directory that leads to the link: such a tree has no end. Used by one
 * thread.
 */
final class DirectoryReading {

  private final Path root;
  private final String directory;
  private final Optional<Fence> fence;
  private final LeftOutLog log;
  private final List<FileStatus> entries = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();
  private final List<String> unreadable = new ArrayList<>();

  /** Device and inode of this directory and of those above it; empty until they are needed. */
  private final Set<Object> above = new HashSet<>();

  DirectoryReading(Path root, String directory, Optional<Fence> fence, LeftOutLog log) {
    this.root = root;
    this.directory = directory;
    this.fence = fence;
    this.log = log;
  }

  /**
   * @throws UnderStoreException when this JVM cannot tell names from each other
   */
  void add(Path child) throws IOException {
    String name = child.getFileName().toString();
    String path = DataPath.child(directory, name);
    if (UnfinishedFiles.isOne(name)) {
      return;
    }
    if (!isText(child, name)) {
      if (!FileNameCharset.isUtf8()) {
        throw UnderStoreException.lasting(
            child.getParent() + ": " + FileNameCharset.problem(), null);
      }
      leaveOut(path, "has a name that is not UTF-8");
    } else if (!DataPath.isValid(path)) {
      leaveOut(path, "has a name that is not a valid path");
    } else {
      look(path, child);
    }
  }

  /** Whether a name, which is bytes to the file system, survived the way into a string. */
  private static boolean isText(Path child, String name) {
    try {
      return child.getParent().resolve(name).equals(child);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private void look(String path, Path child) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(child, BasicFileAttributes.class);
      if (attributes.isOther()) {
        leaveOut(path, "is neither a file nor a directory");
      } else if (attributes.isDirectory() && above().contains(attributes.fileKey())) {
        leaveOut(path, "leads back to a directory above it");
      } else if (fence.isPresent() && Files.isSymbolicLink(child) && !fence.get().holds(child)) {
        leaveOut(path, Fence.LEADS_OUT);
      } else {
        entries.add(LocalUnderStore.status(path, attributes));
      }
    } catch (NoSuchFileException e) {
      if (Files.isSymbolicLink(child)) {
        leaveOut(path, "is a dangling link");
      } // else deleted since the directory was read
    } catch (AccessDeniedException e) {
      miss(path, "permission denied");
    } catch (FileSystemException e) {
      // What the JDK says of ELOOP, whatever the language of the system's messages.
      if (String.valueOf(e.getReason()).contains("symbolic link")) {
        leaveOut(path, "is a link to itself");
      } else {
        miss(path, e.getReason());
      }
    }
  }

  private Set<Object> above() throws IOException {
    if (above.isEmpty()) {
      Path at = root.resolve(directory);
      for (; at != null && at.startsWith(root); at = at.getParent()) {
        above.add(Files.readAttributes(at, BasicFileAttributes.class).fileKey());
      }
    }
    return above;
  }

  private void leaveOut(String path, String why) {
    leftOut.add(path);
    log.leftOut(root + ": '" + path + "'", why);
  }

  private void miss(String path, String why) {
    unreadable.add(path);
    log.leftOut(root + ": '" + path + "'", "cannot be read: " + why);
  }

  ListingPage page() {
    return new ListingPage(entries, leftOut, unreadable, "");
  }
}
