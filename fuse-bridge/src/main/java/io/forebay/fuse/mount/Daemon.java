package io.forebay.fuse.mount;

import io.forebay.fuse.protocol.Processes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Mounts in the background, whose {@link Keeper} is asked for them. */
public final class Daemon {

  private static final int TRIES = 3;
  private static final long START_SECONDS = 60;
  private static final long LOOK_MILLIS = 20;
  private static final int MOST_SAID = 1 << 16;

  /** Of the JVM, so that all children of the process have it, too. */
  private static final String SILENT = "forebay.silentOnceStarted";

  private Daemon() {}

  /**
   * Mounts, and returns when what is mounted there can be read. Starts a keeper if there is none.
   *
   * @param socket of the keeper
   * @param keeper a process that calls {@link Keeper#serve}, by its first arguments {@code keep}
   *     and the socket's path
   * @param log takes what the keeper and its children print; without one that is lost
   * @param held whether a descriptor store holds what this keeper mounts
   * @throws IOException why it was not mounted
   */
  public static void mount(
      MountRequest request, KeeperSocket socket, ChildJvm keeper, Optional<Path> log, boolean held)
      throws IOException, InterruptedException {
    // A mount that is held is not asked: it may wait for the keeper that is about to be started.
    MountRequest absolute =
        request.at(held ? MountPoint.of(request.point()) : MountPoint.at(request.point()));
    for (int tried = 0; tried < TRIES; tried++) {
      if (socket.ask(absolute)) {
        return;
      }
      startUnlessThere(socket, keeper, log);
    }
    throw new IOException("cannot mount: each process that was to keep the mount ended at once");
  }

  /** One at a time: two that are started at once would take the socket from each other. */
  private static void startUnlessThere(KeeperSocket socket, ChildJvm keeper, Optional<Path> log)
      throws IOException, InterruptedException {
    try (FileChannel lock =
            FileChannel.open(
                socket.path().resolveSibling("lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      if (!socket.isAnswered()) {
        start(socket, keeper, log);
      }
    }
  }

  private static void start(KeeperSocket socket, ChildJvm keeper, Optional<Path> log)
      throws IOException, InterruptedException {
    if (log.isPresent()) {
      start(socket, keeper, List.of(), log.get());
      return;
    }
    Path passing = Files.createTempFile("forebay-mount-", ".log");
    try {
      start(socket, keeper, List.of("-D" + SILENT + "=true"), passing);
    } finally {
      Files.delete(passing);
    }
  }

  private static void start(KeeperSocket socket, ChildJvm keeper, List<String> options, Path log)
      throws IOException, InterruptedException {
    List<String> detached = new ArrayList<>(List.of("setsid"));
    detached.addAll(keeper.command(options, List.of("keep", socket.path().toString())));
    long before = Files.exists(log) ? Files.size(log) : 0;
    Process process =
        new ProcessBuilder(detached)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectErrorStream(true)
            .start();
    keeper.writeInput(process);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!socket.isAnswered()) {
      if (process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new IOException("cannot mount: " + said(log, before));
      }
      if (System.nanoTime() > deadline) {
        process.destroy();
        throw new IOException(
            "cannot mount: no answer within " + START_SECONDS + " s: " + said(log, before));
      }
    }
  }

  /** What was printed to a log that may have been there before. */
  private static String said(Path log, long before) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(before);
      byte[] bytes = new byte[(int) Math.min(MOST_SAID, file.length() - before)];
      file.readFully(bytes);
      String said =
          new String(bytes, StandardCharsets.UTF_8).strip().replaceFirst("^forebay: ", "");
      return said.isEmpty() ? "its process said nothing" : said;
    }
  }

  /** A keeper's socket is open, so whatever goes wrong is said there. */
  static void started() {
    if (Boolean.getBoolean(SILENT)) {
      Processes.printNothing();
    }
  }
}
