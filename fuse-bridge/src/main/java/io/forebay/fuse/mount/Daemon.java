package io.forebay.fuse.mount;

import io.forebay.fuse.protocol.Processes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A mount in the background. */
public final class Daemon {

  private static final long PATIENCE_SECONDS = 120;
  private static final long LOOK_MILLIS = 50;
  private static final long ANSWER_SECONDS = 5;
  private static final int MOST_SAID = 1 << 16;

  /** Of the JVM, so that all children of the process have it, too. */
  private static final String SILENT = "forebay.silentOnceMounted";

  private Daemon() {}

  /**
   * Starts a process that mounts, in a session of its own, and returns when what is mounted there
   * answers.
   *
   * @param command the same as in the foreground
   * @param directory to mount on
   * @param log takes what the process prints; without one only a failure to mount is told, and that
   *     what is mounted cannot be used
   * @throws IOException with what the process printed, when nothing was mounted
   */
  public static void start(ChildJvm command, Path directory, Optional<Path> log)
      throws IOException, InterruptedException {
    if (log.isPresent()) {
      start(command, List.of(), directory, log.get());
      return;
    }
    Path passing = Files.createTempFile("forebay-mount-", ".log");
    try {
      start(command, List.of("-D" + SILENT + "=true"), directory, passing);
    } finally {
      Files.delete(passing);
    }
  }

  private static void start(ChildJvm command, List<String> options, Path directory, Path log)
      throws IOException, InterruptedException {
    MountPoint point = MountPoint.at(directory);
    List<String> detached = new ArrayList<>(List.of("setsid"));
    detached.addAll(command.command(options, List.of("mount")));
    long before = Files.exists(log) ? Files.size(log) : 0;
    Process process =
        new ProcessBuilder(detached)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectErrorStream(true)
            .start();
    command.writeInput(process);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!(point.isMounted() && point.isServed())) {
      if (process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new IOException("cannot mount: " + said(log, before));
      }
      if (System.nanoTime() > deadline) {
        process.destroy();
        throw new IOException(
            "not mounted within " + PATIENCE_SECONDS + " s: " + said(log, before));
      }
    }
    if (!answers(point)) {
      awaitWords(log, before);
      System.err.println("forebay: " + said(log, before));
    }
  }

  /** Whether a name can be looked up, as far as that is known soon. */
  private static boolean answers(MountPoint point) throws InterruptedException {
    CompletableFuture<Boolean> answers = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                Files.readAttributes(
                    point.path().resolve(Mount.UNLIKELY_NAME), BasicFileAttributes.class);
              } catch (NoSuchFileException e) {
                // This is an answer.
              } catch (IOException e) {
                answers.complete(false);
              }
              answers.complete(true);
            });
    try {
      return answers.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return true; // the log will say it
    }
  }

  /** The process that serves has had the same answer, and is about to say what it means. */
  private static void awaitWords(Path log, long before) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
    while (!said(log, before).contains("is mounted, but") && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
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
      return said.isEmpty() ? "its process printed nothing" : said;
    }
  }

  /**
   * For each process of a mount, when it serves: nobody listens any more, unless there is a log.
   */
  public static void mounted() {
    if (Boolean.getBoolean(SILENT)) {
      Processes.printNothing();
    }
  }
}
