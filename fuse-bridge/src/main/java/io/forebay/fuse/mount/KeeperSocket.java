package io.forebay.fuse.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a {@link Keeper} is asked for further mounts: a Unix socket in a directory that is its
 * user's alone. Its name is a digest of all that mounts with the same processes have in common, so
 * whoever finds a socket may use its keeper. A client writes a {@link MountRequest} and closes its
 * side; the keeper answers by two lines, when the mount is served and when a name was looked up in
 * it, each empty or with the reason why not.
 */
public record KeeperSocket(Path socket) {

  private static final Logger log = LoggerFactory.getLogger(KeeperSocket.class);

  /** To be changed with what is said at it. */
  private static final String FORMAT = "1";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final int BACKLOG = 16;
  private static final int MOST_CHARACTERS = 1 << 14;

  /** A store that answers later than that is no reason to wait with the mount. */
  private static final long CHECK_SECONDS = 5;

  /**
   * The door of mounts that have the same words in common. Mounts of another user, software, mount
   * namespace or control group have others: a keeper mounts where it sees the directory, and ends
   * with its group.
   *
   * @param words which server is asked, for example; none of them a secret
   * @return empty where this user has no directory of his own for it
   */
  public static Optional<KeeperSocket> of(List<String> words) throws IOException {
    List<String> all = new ArrayList<>(List.of(FORMAT));
    all.add(System.getProperty("java.home"));
    all.add(System.getProperty("java.class.path"));
    all.add(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString());
    all.add(Files.readString(Path.of("/proc/self/cgroup")));
    all.addAll(words);
    Path directory =
        Path.of(System.getProperty("java.io.tmpdir"), "forebay-mounts-" + User.current().uid());
    return isOwn(directory)
        ? Optional.of(new KeeperSocket(directory.resolve(digest(String.join("\0", all)))))
        : Optional.empty();
  }

  private static boolean isOwn(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (FileAlreadyExistsException e) {
      // It is looked at now.
    }
    PosixFileAttributes attributes =
        Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    int owner = (int) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    return attributes.isDirectory()
        && owner == User.current().uid()
        && attributes.permissions().equals(OWNER_ONLY);
  }

  private static String digest(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // each Java has it
    }
  }

  /**
   * Asks the keeper for a mount, and waits until it is served.
   *
   * @return false when there is no keeper, or it is about to end
   * @throws IOException why it was not mounted
   */
  public boolean ask(MountRequest request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
      } catch (IOException e) {
        return false;
      }
      channel.write(ByteBuffer.wrap(request.toString().getBytes(UTF_8)));
      channel.shutdownOutput();
      BufferedReader answers = new BufferedReader(Channels.newReader(channel, UTF_8));
      String begun = answers.readLine();
      if (begun == null) {
        return false;
      }
      if (!begun.isEmpty()) {
        throw new IOException("cannot mount: " + begun);
      }
      String checked = answers.readLine();
      if (checked != null && !checked.isEmpty()) {
        System.err.println("forebay: " + request.dataSet() + " is mounted, but: " + checked);
      }
      return true;
    }
  }

  /** While it is open, further mounts can be asked for. */
  static final class Opened implements AutoCloseable {

    private final Optional<ServerSocketChannel> channel;
    private final Optional<KeeperSocket> door;

    private Opened(Optional<ServerSocketChannel> channel, Optional<KeeperSocket> door) {
      this.channel = channel;
      this.door = door;
    }

    @Override
    public void close() throws IOException {
      if (channel.isPresent()) {
        channel.get().close();
        Files.deleteIfExists(door.get().socket());
      }
    }
  }

  /** Opens a keeper's door, if it has one, and nobody else opened the same before. */
  static Opened open(Optional<KeeperSocket> door, Keeper keeper) {
    Optional<ServerSocketChannel> channel = door.flatMap(KeeperSocket::bind);
    channel.ifPresent(
        bound ->
            Thread.ofPlatform().daemon().name("forebay-door").start(() -> accept(bound, keeper)));
    return new Opened(channel, door);
  }

  private Optional<ServerSocketChannel> bind() {
    try {
      if (Files.exists(socket) && !isAnswered()) {
        Files.delete(socket); // its keeper was killed
      }
      ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
        return Optional.of(channel);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      log.debug("cannot listen for further mounts; each gets its own processes", e);
      return Optional.empty();
    }
  }

  private boolean isAnswered() {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static void accept(ServerSocketChannel bound, Keeper keeper) {
    while (bound.isOpen()) {
      try {
        SocketChannel client = bound.accept();
        Thread.ofPlatform().daemon().name("forebay-asked").start(() -> answer(client, keeper));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        log.warn("no longer accepting requests for mounts: {}", e.toString());
        return;
      }
    }
  }

  private static void answer(SocketChannel client, Keeper keeper) {
    try (client) {
      Optional<KeptMount> mount;
      try {
        mount = keeper.take(MountRequest.parse(read(client)));
      } catch (IOException | RuntimeException e) {
        say(client, String.valueOf(e.getMessage()));
        return;
      }
      if (mount.isPresent()) {
        say(client, mount.get().begun().join());
        CompletableFuture<String> checked = mount.get().checked().copy();
        say(client, checked.completeOnTimeout("", CHECK_SECONDS, TimeUnit.SECONDS).join());
      }
    } catch (IOException e) {
      log.debug("cannot answer a request for a mount", e);
    }
  }

  private static String read(SocketChannel client) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MOST_CHARACTERS);
    while (client.read(bytes) >= 0) {
      if (!bytes.hasRemaining()) {
        throw new IOException("a mount request of more than " + MOST_CHARACTERS + " bytes");
      }
    }
    return new String(bytes.array(), 0, bytes.position(), UTF_8);
  }

  private static void say(SocketChannel client, String text) throws IOException {
    String line = text.replace('\n', ' ') + "\n";
    client.write(ByteBuffer.wrap(line.getBytes(UTF_8)));
  }
}
