package io.forebay.fuse.mount;

import io.forebay.fuse.protocol.Sockets;

/**
 * What a {@link Keeper} tells a process that it started: one message each, whose first character
 * says which.
 */
sealed interface KeeperCommand {

  /** The first one: what nobody else on the machine may read. */
  record Prepare(String input) implements KeeperCommand {}

  /**
   * Another mount to serve, at once or when it is the process's turn.
   *
   * @param id of the mount, the same in all processes of a keeper
   * @param mounted the device number of what is mounted there
   * @param device of the kernel's end
   * @param journal of those who served it before
   */
  record Take(int id, MountRequest request, String mounted, int device, int journal)
      implements KeeperCommand {}

  /** A mount that is gone. */
  record Drop(int id) implements KeeperCommand {}

  /**
   * It is the process's turn.
   *
   * @param held whether the mounts outlive keeper and process
   */
  record Serve(boolean held) implements KeeperCommand {}

  /** There is no keeper any more. */
  record End() implements KeeperCommand {}

  /** Returns false where nobody reads it. */
  static boolean send(int socket, KeeperCommand order) {
    int sent =
        switch (order) {
          case Prepare prepare -> Sockets.send(socket, "P" + prepare.input());
          case Take take ->
              Sockets.send(
                  socket,
                  "T" + take.id() + " " + take.mounted() + " " + take.request(),
                  take.device(),
                  take.journal());
          case Drop drop -> Sockets.send(socket, "D" + drop.id());
          case Serve serve -> Sockets.send(socket, "S" + serve.held());
          case End end -> 0;
        };
    return sent >= 0;
  }

  /** Waits for the next one. */
  static KeeperCommand receive(int socket) {
    Sockets.Message message = Sockets.receive(socket);
    if (message.isEnd()) {
      return new End();
    }
    String rest = message.text().substring(1);
    return switch (message.text().charAt(0)) {
      case 'P' -> new Prepare(rest);
      case 'T' -> {
        String[] parts = rest.split(" ", 3);
        yield new Take(
            Integer.parseInt(parts[0]),
            MountRequest.parse(parts[2]),
            parts[1],
            message.descriptors().get(0),
            message.descriptors().get(1));
      }
      case 'D' -> new Drop(Integer.parseInt(rest));
      case 'S' -> new Serve(Boolean.parseBoolean(rest));
      default -> throw new IllegalStateException("unknown command " + message.text().charAt(0));
    };
  }
}
