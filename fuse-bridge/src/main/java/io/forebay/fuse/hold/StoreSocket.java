package io.forebay.fuse.hold;

import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.NamedSockets;
import io.forebay.fuse.protocol.Poll;
import io.forebay.fuse.protocol.Sockets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where a {@link DescriptorStore} listens. Each request is a conversation of its own. */
public record StoreSocket(Path path) {

  private static final int ANSWER_MILLIS = 5_000;

  /** What is held, and whether a process uses it. */
  public record Listed(Held held, boolean used) {}

  /** No store answers; a later one may. */
  static final class NoStoreException extends IOException {

    private static final long serialVersionUID = 1;

    NoStoreException(Path path) {
      super(
          "no descriptor store answers at " + path + "; start one: forebay hold --socket " + path);
    }
  }

  /** A connection to a store, which has greeted. */
  static final class Conversation implements AutoCloseable {

    private final Path path;
    private final int socket;

    private Conversation(Path path, int socket) {
      this.path = path;
      this.socket = socket;
    }

    private Sockets.Message ask(String text, int... descriptors) throws IOException {
      if (Sockets.send(socket, text, descriptors) < 0) {
        throw new NoStoreException(path);
      }
      return answer();
    }

    private Sockets.Message answer() throws IOException {
      if (Poll.await(List.of(socket), List.of(), ANSWER_MILLIS).isEmpty()) {
        throw new NoStoreException(path); // it may be stopped
      }
      Sockets.Message message = Sockets.receive(socket);
      if (message.isEnd()) {
        throw new NoStoreException(path);
      }
      if (message.text().charAt(0) == 'R') {
        throw new IOException(message.text().substring(1));
      }
      return message;
    }

    /**
     * Gives descriptors to hold, or gives them again.
     *
     * @param life end of a pipe that all processes have open that use them
     * @throws IOException when others use them
     */
    void keep(Held held, int life) throws IOException {
      int[] descriptors = new int[held.descriptors().size() + 1];
      for (int i = 0; i < descriptors.length - 1; i++) {
        descriptors[i] = held.descriptors().get(i);
      }
      descriptors[descriptors.length - 1] = life;
      ask("K" + held.text(), descriptors);
    }

    /**
     * Waits until the store has ended.
     *
     * @return false when it has not, after so many milliseconds
     */
    boolean awaitEnd(int millis) {
      return !Poll.await(List.of(socket), List.of(), millis).isEmpty();
    }

    @Override
    public void close() {
      Libc.close(socket);
    }
  }

  Conversation open() throws IOException {
    int socket = NamedSockets.connect(path);
    if (socket < 0) {
      throw new NoStoreException(path);
    }
    Conversation conversation = new Conversation(path, socket);
    try {
      String greeting = conversation.answer().text();
      if (!greeting.equals(DescriptorStore.GREETING)) {
        throw new IOException(
            path + " is the socket of another version of Forebay: it says '" + greeting + "'");
      }
      return conversation;
    } catch (IOException | RuntimeException e) {
      conversation.close();
      throw e;
    }
  }

  /**
   * Takes a name, which no other process has until all are gone that have the other end of a pipe.
   *
   * @return what is held for it
   * @throws IOException when another process has it
   */
  Optional<Held> claim(String name, int life) throws IOException {
    try (Conversation store = open()) {
      Sockets.Message answer = store.ask("C" + name, life);
      return answer.text().equals("N")
          ? Optional.empty()
          : Optional.of(Held.parse(answer.text().substring(1), answer.descriptors()));
    }
  }

  /** Gives a claim up. */
  void free(String name) throws IOException {
    try (Conversation store = open()) {
      store.ask("F" + name);
    }
  }

  /**
   * Has a name forgotten. What its descriptors stand for ends, unless a process has it open.
   *
   * @throws IOException when no store answers
   */
  public void drop(String name) throws IOException {
    try (Conversation store = open()) {
      store.ask("D" + name);
    }
  }

  /**
   * All that is held, without the descriptors.
   *
   * @throws IOException when no store answers
   */
  public List<Listed> list() throws IOException {
    List<Listed> all = new ArrayList<>();
    try (Conversation store = open()) {
      Sockets.Message next = store.ask("L");
      while (!next.text().equals("N")) {
        Held held = Held.parse(next.text().substring(1), List.of());
        all.add(new Listed(held, next.text().charAt(0) == 'A'));
        next = store.answer();
      }
    }
    return all;
  }
}
