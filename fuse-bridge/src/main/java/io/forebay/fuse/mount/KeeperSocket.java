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
import java.nio.file.attribute.BasicFileAttributes;
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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a {@link Keeper} is asked for mounts: a Unix socket in a directory that is its user's
 * alone. The name of a shared one is a digest of all that mounts with the same processes have in
 * common, so whoever finds it may use its keeper. The keeper greets with a line, a client writes a
 * {@link MountRequest} and closes its side, and the keeper answers by two lines: when the mount is
 * served, and when a name was looked up in it, each empty or with the reason why not.
 */
public record KeeperSocket(Path path) {

  private static final Logger log = LoggerFactory.getLogger(KeeperSocket.class);

  /** To be changed with what is said. */
  private static final String GREETING = "forebay 2";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final int BACKLOG = 64;
  private static final int MOST_BYTES = 1 << 14;

  private static final int GREETING_SECONDS = 5;
  private static final int MOUNT_SECONDS = 120;

  /** A store that answers later than that is no reason to wait with the mount. */
  private static final int CHECK_SECONDS = 5;

  /**
   * The socket of mounts that have the same words in common. Mounts of another user, software,
   * network, mount namespace, root or control group have others: a keeper mounts where it sees the
   * directory, and ends with its group.
   *
   * @param words which server is asked, for example; none of them a secret
   * @throws IOException when another user has the directory
   */
  public static KeeperSocket shared(List<String> words) throws IOException {
    List<String> all = new ArrayList<>(List.of(GREETING));
    all.add(System.getProperty("java.home"));
    all.add(System.getProperty("java.class.path"));
    all.add(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString());
    all.add(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
    all.add(Files.getAttribute(Path.of("/"), "unix:ino").toString());
    all.add(Files.readString(Path.of("/proc/self/cgroup")));
    all.addAll(words);
    return new KeeperSocket(directory().resolve(digest(String.join("\0", all))));
  }

  /**
   * The socket of one mount.
   *
   * @throws IOException when another user has the directory
   */
  public static KeeperSocket own() throws IOException {
    return new KeeperSocket(directory().resolve(UUID.randomUUID().toString()));
  }

  private static Path directory() throws IOException {
    Path directory =
        Path.of(System.getProperty("java.io.tmpdir"), "forebay-mounts-" + User.current().uid());
    if (!isOwn(directory)) {
      throw new IOException(
          directory + " must be a directory of this user alone (mode 0700); remove it");
    }
    return directory;
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
  boolean ask(MountRequest request) throws IOException, InterruptedException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      Optional<BufferedReader> answers = greeted(channel);
      if (answers.isEmpty()) {
        return false;
      }
      try {
        channel.write(ByteBuffer.wrap(request.toString().getBytes(UTF_8)));
        channel.shutdownOutput();
      } catch (IOException e) {
        return false; // it ends just now
      }
      long waiting = MountOptions.parse(request.options()).serverWait().toSeconds();
      Optional<String> begun = line(answers.get(), MOUNT_SECONDS + waiting);
      if (begun.isEmpty()) {
        return false;
      }
      if (!begun.get().isEmpty()) {
        throw new IOException("cannot mount: " + begun.get());
      }
      String checked = line(answers.get(), 2 * CHECK_SECONDS).orElse("");
      if (!checked.isEmpty()) {
        System.err.println(
            "forebay: " + request.dataSet() + " is mounted, but cannot be used: " + checked);
      }
      return true;
    }
  }

  /** Whether there is a keeper. */
  boolean isAnswered() throws InterruptedException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return greeted(channel).isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  /** What else the keeper says, if it is alive: one that was stopped accepts, and says nothing. */
  private Optional<BufferedReader> greeted(SocketChannel channel) throws InterruptedException {
    try {
      channel.connect(UnixDomainSocketAddress.of(path));
      BufferedReader answers = new BufferedReader(Channels.newReader(channel, UTF_8));
      return line(answers, GREETING_SECONDS).filter(GREETING::equals).map(greeting -> answers);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * @return empty at the end
   * @throws IOException when nothing comes in time
   */
  private static Optional<String> line(BufferedReader reader, long seconds)
      throws IOException, InterruptedException {
    CompletableFuture<Optional<String>> line = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("forebay-answer")
        .start(
            () -> {
              try {
                line.complete(Optional.ofNullable(reader.readLine()));
              } catch (IOException e) {
                line.complete(Optional.empty());
              }
            });
    try {
      return line.get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException("the mount's keeper did not answer within " + seconds + " s", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** While it is open, mounts can be asked for. */
  record Opened(ServerSocketChannel channel, Path path, Object key) implements AutoCloseable {

    @Override
    public void close() throws IOException {
      channel.close();
      if (Files.exists(path) && key.equals(key(path))) {
        Files.delete(path); // and no other keeper's
      }
    }

    private static Object key(Path path) throws IOException {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }
  }

  /**
   * Opens it for a keeper. What is there was left by one that was killed, or does not answer: only
   * one at a time is started ({@link Daemon}).
   */
  Opened open(Keeper keeper) throws IOException {
    if (Files.exists(path) && Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
      Files.delete(path);
    }
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(path), BACKLOG);
      Opened opened = new Opened(channel, path, Opened.key(path));
      Thread.ofPlatform().daemon().name("forebay-socket").start(() -> accept(channel, keeper));
      return opened;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static void accept(ServerSocketChannel channel, Keeper keeper) {
    while (channel.isOpen()) {
      try {
        SocketChannel client = channel.accept();
        Thread.ofPlatform().daemon().name("forebay-asked").start(() -> answer(client, keeper));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        log.warn("cannot accept further mounts: {}", e.toString());
        return;
      }
    }
  }

  private static void answer(SocketChannel client, Keeper keeper) {
    try (client) {
      say(client, GREETING);
      Optional<KeptMount> mount;
      try {
        String request = read(client);
        if (request.isEmpty()) {
          return; // somebody only wants to know whether there is a keeper
        }
        mount = keeper.take(MountRequest.parse(request));
      } catch (IOException | RuntimeException | InterruptedException e) {
        say(client, String.valueOf(e.getMessage()));
        return;
      }
      if (mount.isPresent()) {
        say(client, mount.get().begun().join());
        CompletableFuture<String> checked = mount.get().checked().copy();
        say(client, checked.completeOnTimeout("", CHECK_SECONDS, TimeUnit.SECONDS).join());
      }
    } catch (IOException e) {
      log.debug("the client of a mount has gone", e);
    }
  }

  private static String read(SocketChannel client) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
    while (client.read(bytes) >= 0) {
      if (!bytes.hasRemaining()) {
        throw new IOException("a request of more than " + MOST_BYTES + " bytes");
      }
    }
    return new String(bytes.array(), 0, bytes.position(), UTF_8);
  }

  private static void say(SocketChannel client, String text) throws IOException {
    String line = text.replace('\n', ' ') + "\n";
    client.write(ByteBuffer.wrap(line.getBytes(UTF_8)));
  }
}
