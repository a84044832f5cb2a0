package io.forebay.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Who may connect to the node's socket. The kernel asks for the right to write to its file.
 *
 * @param readers whom the server serves
 * @param group of the readers; empty for that of the process
 */
record SocketRights(AllowedReaders readers, Optional<String> group) {

  void give(Path socket) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(socket, PosixFileAttributeView.class);
    if (group.isPresent()) {
      view.setGroup(
          socket
              .getFileSystem()
              .getUserPrincipalLookupService()
              .lookupPrincipalByGroupName(group.get()));
    }
    view.setPermissions(
        PosixFilePermissions.fromString(
            switch (readers) {
              case EVERYONE -> "rw-rw-rw-";
              case GROUP -> "rw-rw----";
            }));
  }
}
