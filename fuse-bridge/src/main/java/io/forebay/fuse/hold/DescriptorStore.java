package io.forebay.fuse.hold;

import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.NamedSockets;
import io.forebay.fuse.protocol.Poll;
import io.forebay.fuse.protocol.Sockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds copies of descriptors by name, so that what they stand for outlives the processes that use
 * them; the file descriptor store of systemd is such a process. It understands nothing of what it
 * holds, so it hardly ever needs to be replaced.
 *
 * <p>Only one may use a name at a time. Its processes have one end of a pipe in common, and this
 * has the other: so their number, their namespace and their user do not matter, and a name is free
 * when the last of them is gone.
 *
 * <p>A message is {char, name, state}, with descriptors beside it:
 *
 * <table>
 *   <caption>Messages</caption>
 *   <tr><td>C</td><td>claim a name; with the end of a pipe</td></tr>
 *   <tr><td>K</td><td>keep descriptors; the end of a pipe comes last</td></tr>
 *   <tr><td>D</td><td>drop a name</td></tr>
 *   <tr><td>F</td><td>give a claim up</td></tr>
 *   <tr><td>L</td><td>list</td></tr>
 *   <tr><td>H, A</td><td>answer: what is held, not in use or in use; a claim gets descriptors</td></tr>
 *   <tr><td>N</td><td>answer: done, and there is nothing, or nothing more</td></tr>
 *   <tr><td>R</td><td>answer: refused, and why</td></tr>
 * </table>
 */
public final class DescriptorStore {

  private static final Logger log = LoggerFactory.getLogger(DescriptorStore.class);

  /** To be changed with what is said. */
  static final String GREETING = "forebay-hold 1";

  /**
   * How often it looks whether what it holds has ended. A thread that waits for the end of a FUSE
   * device would be woken by each request of the kernel.
   */
  private static final int LOOK_MILLIS = 1_000;

  private static final int NOBODY = -1;
  private static final Path OPEN = Path.of("/proc/self/fd");

  /** What is held for a name, and by whom it is used. */
  private static final class Entry {

    private Held held;
    private int life;

    private Entry(Held held, int life) {
      this.held = held;
      this.life = life;
    }
  }

  private final int listening;
  private final Set<Integer> clients = new LinkedHashSet<>();
  private final Map<String, Entry> entries = new TreeMap<>();

  private DescriptorStore(int listening) {
    this.listening = listening;
  }

  /**
   * Holds what it is given, until this process ends.
   *
   * @throws IOException when it cannot listen, or another one does
   */
  public static void run(Path socket) throws IOException {
    new DescriptorStore(open(socket)).run();
  }

  private static int open(Path socket) throws IOException {
    int other = NamedSockets.connect(socket);
    if (other >= 0) {
      Libc.close(other);
      throw new IOException("another process holds descriptors at " + socket);
    }
    Path directory = socket.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      if (!Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isOther()) {
        throw new IOException(socket + " is no socket; remove it or name another path");
      }
      Files.delete(socket); // left by one that is gone
    }
    return NamedSockets.listen(socket);
  }

  private void run() {
    long looked = System.nanoTime();
    while (true) {
      List<Integer> input = new ArrayList<>(clients);
      input.add(listening);
      Set<Integer> happened = Poll.await(input, lives(), LOOK_MILLIS);
      freeUnused(happened);
      if (happened.contains(listening)) {
        welcome();
      }
      for (int client : List.copyOf(clients)) {
        if (happened.contains(client)) {
          answer(client);
        }
      }
      if (System.nanoTime() - looked >= LOOK_MILLIS * 1_000_000L) {
        dropEnded();
        looked = System.nanoTime();
      }
    }
  }

  private List<Integer> lives() {
    return entries.values().stream().map(entry -> entry.life).filter(l -> l != NOBODY).toList();
  }

  private void freeUnused(Set<Integer> ended) {
    for (Entry entry : List.copyOf(entries.values())) {
      if (ended.contains(entry.life)) {
        free(entry);
      }
    }
  }

  /** All processes that used it are gone. */
  private void free(Entry entry) {
    Libc.close(entry.life);
    entry.life = NOBODY;
    if (isOnlyClaimed(entry)) {
      entries.remove(entry.held.name());
    } else {
      log.info("{} waits for a process that goes on with it", entry.held.name());
    }
  }

  private void dropEnded() {
    List<Integer> all =
        entries.values().stream().flatMap(entry -> entry.held.descriptors().stream()).toList();
    Set<Integer> ended = Poll.await(List.of(), all, 0);
    for (Entry entry : List.copyOf(entries.values())) {
      if (entry.held.descriptors().stream().anyMatch(ended::contains)) {
        log.info("{} has ended", entry.held.name());
        drop(entry.held.name());
      }
    }
  }

  private void drop(String name) {
    Entry entry = entries.remove(name);
    if (entry != null) {
      entry.held.descriptors().forEach(Libc::close);
      if (entry.life != NOBODY) {
        Libc.close(entry.life);
      }
    }
  }

  private void welcome() {
    int client = NamedSockets.accept(listening);
    if (client >= 0) {
      clients.add(client);
      say(client, GREETING);
    }
  }

  private void answer(int client) {
    Sockets.Message message = Sockets.receive(client);
    if (message.isEnd()) {
      part(client);
      return;
    }
    try {
      follow(client, message);
    } catch (RuntimeException e) {
      log.warn("a message was not understood; its sender is not listened to any more", e);
      message.descriptors().forEach(Libc::close);
      part(client);
    }
  }

  private void part(int client) {
    clients.remove(client);
    Libc.close(client);
  }

  private void follow(int client, Sockets.Message message) {
    String rest = message.text().substring(1);
    List<Integer> descriptors = message.descriptors();
    switch (message.text().charAt(0)) {
      case 'C' -> claim(client, rest, descriptors.get(0));
      case 'K' -> {
        int last = descriptors.size() - 1;
        keep(client, Held.parse(rest, descriptors.subList(0, last)), descriptors.get(last));
      }
      case 'D' -> {
        drop(rest);
        say(client, "N");
      }
      case 'F' -> {
        Entry entry = entries.get(rest);
        if (entry != null && entry.life != NOBODY) {
          free(entry);
        }
        say(client, "N");
      }
      case 'L' -> list(client);
      default -> throw new IllegalArgumentException("unknown: " + message.text().charAt(0));
    }
  }

  private void claim(int client, String name, int life) {
    Entry entry = entries.get(name);
    if (entry != null && isUsed(entry) && !(isOf(entry, life) && isOnlyClaimed(entry))) {
      Libc.close(life);
      say(client, "Ranother process serves " + name);
      return;
    }
    entry = entries.get(name);
    if (entry == null || isOnlyClaimed(entry)) {
      drop(name);
      entries.put(name, new Entry(new Held(name, "", List.of()), life));
      say(client, "N");
      return;
    }
    entry.life = life;
    say(client, "H" + entry.held.text(), entry.held.descriptors());
  }

  private static boolean isOnlyClaimed(Entry entry) {
    return entry.held.descriptors().isEmpty();
  }

  /** Whether a pipe is the one by which an entry is used. */
  private static boolean isOf(Entry entry, int life) {
    try {
      return Files.readSymbolicLink(OPEN.resolve("" + entry.life))
          .equals(Files.readSymbolicLink(OPEN.resolve("" + life)));
    } catch (IOException e) {
      throw new UncheckedIOException("/proc is not mounted", e);
    }
  }

  private boolean isUsed(Entry entry) {
    if (entry.life != NOBODY && !Poll.await(List.of(), List.of(entry.life), 0).isEmpty()) {
      free(entry);
    }
    return entry.life != NOBODY;
  }

  /**
   * @param life of those who give, which is that of those who claimed, unless this process has not
   *     known them
   */
  private void keep(int client, Held given, int life) {
    Entry entry = entries.get(given.name());
    if (entry != null && isUsed(entry) && !isOf(entry, life)) {
      given.descriptors().forEach(Libc::close);
      Libc.close(life);
      say(client, "Ranother process serves " + given.name());
      return;
    }
    drop(given.name());
    entries.put(given.name(), new Entry(given, life));
    say(client, "N");
  }

  private void list(int client) {
    for (Entry entry : List.copyOf(entries.values())) {
      if (!isOnlyClaimed(entry)) {
        say(client, (isUsed(entry) ? "A" : "H") + entry.held.text());
      }
    }
    say(client, "N");
  }

  private void say(int client, String text) {
    say(client, text, List.of());
  }

  /** A client that takes no answers loses them. */
  private void say(int client, String text, List<Integer> descriptors) {
    int sent =
        Sockets.send(client, text, descriptors.stream().mapToInt(Integer::intValue).toArray());
    if (sent < 0 && sent != -Errno.EPIPE) {
      log.warn("cannot answer a client (error {})", -sent);
    }
  }
}
