package io.forebay.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;

/**
 * Who may look into the directories that hold what data sets contain: the owner and one group.
 * Everybody else asks the server.
 *
 * @param group its name; empty for the one that the process has
 */
record DirectoryRights(Optional<String> group) {

  /** {@code rwxr-s---}: what is made in it belongs to its group, not to that of the process. */
  private static final int MODE = 02750;

  private static final int MODE_BITS = 07777;

  /**
   * Gives a directory these rights, if it lacks them; nothing happens for one that is not there.
   *
   * @throws IOException when this process may not, because the directory is another user's
   */
  void give(Path directory) throws IOException {
    try {
      // A change of the group takes the set-group-ID bit away, so it comes first.
      if (group.isPresent()) {
        giveGroup(directory);
      }
      int mode = (int) Files.getAttribute(directory, "unix:mode") & MODE_BITS;
      if (mode != MODE) {
        Files.setAttribute(directory, "unix:mode", MODE);
      }
    } catch (NoSuchFileException e) {
      // It is made later, or its disk is away.
    } catch (IOException e) {
      throw new IOException(
          directory
              + " cannot be restricted to its owner"
              + group.map(g -> " and given to group '" + g + "'").orElse("")
              + ": "
              + e.getMessage()
              + "; the server's user must own it and be a member of the group",
          e);
    }
  }

  private void giveGroup(Path directory) throws IOException {
    GroupPrincipal wanted =
        directory
            .getFileSystem()
            .getUserPrincipalLookupService()
            .lookupPrincipalByGroupName(group.orElseThrow());
    if (!Files.readAttributes(directory, PosixFileAttributes.class).group().equals(wanted)) {
      Files.getFileAttributeView(directory, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .setGroup(wanted);
    }
  }
}
