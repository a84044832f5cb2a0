package io.forebay.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.fuse.hold.StoreSocket;
import io.forebay.fuse.mount.HeldMount;
import io.forebay.fuse.mount.Mount;
import io.forebay.samples.oss.Fault;
import io.forebay.samples.oss.Seed;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mounts that outlive their keepers. Keepers and the descriptor store run as in pods: each in mount
 * and process namespaces of its own, and its mounts reach the readers, who are elsewhere, by
 * propagation. The profile {@code long} has more restarts.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HeldMountTest {

  private static final int RESTARTS = Integer.getInteger("forebay.restarts", 8);
  private static final int READERS = 2;
  private static final int MANY = 2_000;
  private static final String OPTIONS = "mode=passthrough,attr_timeout=0,entry_timeout=0";

  @TempDir private Path directory;
  private final Random random = Seed.random(READERS);
  private final List<Process> pods = new ArrayList<>();
  private Nodes nodes;
  private Path shared;
  private Path root;
  private StoreSocket socket;
  private Process store;
  private Process keeper;

  @BeforeEach
  void start() throws Exception {
    assumeThat(Files.isWritable(Path.of("/dev/fuse"))).as("/dev/fuse can be used").isTrue();
    shared = Files.createDirectory(directory.resolve("shared"));
    assumeThat(run("mount", "--bind", shared.toString(), shared.toString()))
        .as("this user may mount")
        .isTrue();
    assertThat(run("mount", "--make-shared", shared.toString())).isTrue();
    nodes = new Nodes(directory, 1);
    nodes.addMany(40, 5_000);
    nodes.add("dir0/large", 9_000_000);
    for (int i = 0; i < MANY; i++) {
      nodes.add("many/a-name-that-takes-some-room-in-a-listing-" + i, 1);
    }
    nodes.server(0).node().dataSet(Nodes.DATA_SET).snapshotForAll(n -> {});
    DataSet dataSet = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    for (String path : nodes.paths()) {
      if (path.hashCode() % 2 == 0 && path.startsWith("dir")) {
        dataSet.read(path); // some are cached, and read by the kernel
      }
    }
    root = Files.createDirectory(shared.resolve("mnt"));
    socket = new StoreSocket(directory.resolve("hold.sock"));
  }

  @AfterEach
  void stop() throws Exception {
    for (Process pod : pods) {
      pod.destroyForcibly();
      pod.waitFor(30, TimeUnit.SECONDS);
    }
    while (root != null && run("umount", "-l", root.toString())) {
      // There may be several.
    }
    if (shared != null) {
      run("umount", "-l", shared.toString());
    }
    if (nodes != null) {
      nodes.close();
    }
    await()
        .atMost(ONE_MINUTE)
        .until(
            () ->
                ProcessHandle.allProcesses()
                    .noneMatch(process -> commandOf(process).contains(directory.toString())));
  }

  private static String commandOf(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", "" + process.pid(), "cmdline"));
    } catch (IOException e) {
      return ""; // it is gone
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  /** Runs a command as the first process of a pod whose mounts are those of the node, too. */
  private Process pod(ProcessBuilder command) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of("unshare", "--mount", "--propagation", "unchanged", "--pid", "--fork"));
    words.addAll(List.of("--kill-child=KILL", "--mount-proc"));
    words.addAll(command.command());
    Process pod = new ProcessBuilder(words).inheritIO().start();
    pods.add(pod);
    return pod;
  }

  private void startStore() throws IOException {
    store = pod(Command.forebay("hold", "--socket", socket.path().toString()));
  }

  private Process mount(String options, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("mount"));
    arguments.addAll(List.of("--hold", socket.path().toString()));
    arguments.addAll(List.of("--node", nodes.nodeDirectory(0).toString()));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of(Nodes.DATA_SET, root.toString(), "-o", options));
    return pod(Command.forebay(arguments.toArray(String[]::new)));
  }

  /** The first process of a pod, which is told to end. */
  private static ProcessHandle first(Process pod) {
    return pod.children().findFirst().orElseThrow();
  }

  private static void terminate(Process pod) throws Exception {
    first(pod).destroy();
    assertThat(pod.waitFor(30, TimeUnit.SECONDS)).as("it ends within its grace period").isTrue();
  }

  private static void kill(Process pod) throws Exception {
    first(pod).destroyForcibly(); // and with it, and before it, all processes of the namespace
    assertThat(pod.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private void end(Process pod) throws Exception {
    if (random.nextBoolean()) {
      terminate(pod);
    } else {
      kill(pod);
    }
  }

  private boolean isHeldAndServed() {
    try {
      return held().stream().anyMatch(HeldMount::served);
    } catch (IOException e) {
      return false; // there is no store yet
    }
  }

  private List<HeldMount> held() throws IOException {
    return HeldMount.list(socket);
  }

  private boolean isMounted() throws IOException {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/mounts"))) {
      return mounts.anyMatch(line -> line.contains(" " + root + " "));
    }
  }

  private void awaitHeldAndServed() {
    await()
        .atMost(ONE_MINUTE)
        .until(() -> isHeldAndServed() && Files.exists(root.resolve("dir0/large")));
  }

  private void assertLargeFileIsRead() {
    assertThat(root.resolve("dir0/large")).hasBinaryContent(nodes.files().get("dir0/large"));
  }

  /** Opens, reads, lists and looks for what is not there, until the end; each byte is compared. */
  private void use(int reader, AtomicLong progress) throws IOException {
    Random own = Seed.random(reader);
    List<String> paths = nodes.paths().stream().filter(path -> path.startsWith("dir")).toList();
    try (RandomAccessFile open = new RandomAccessFile(root.resolve(paths.get(0)).toFile(), "r")) {
      while (progress.get() >= 0) {
        assertPartIsRead(open, paths.get(0), own);
        String path = paths.get(own.nextInt(paths.size()));
        try (RandomAccessFile file = new RandomAccessFile(root.resolve(path).toFile(), "r")) {
          assertPartIsRead(file, path, own);
        }
        try (Stream<Path> listed = Files.list(root.resolve(path).getParent())) {
          assertThat(listed).contains(root.resolve(path));
        }
        try (Stream<Path> listed = Files.list(root)) {
          assertThat(listed).hasSize(8);
        }
        assertThat(root.resolve(path + ".missing")).doesNotExist();
        progress.updateAndGet(n -> n < 0 ? n : n + 1);
      }
    }
  }

  private void assertPartIsRead(RandomAccessFile file, String path, Random own) throws IOException {
    byte[] expected = nodes.files().get(path);
    int from = own.nextInt(expected.length);
    byte[] part = new byte[Math.min(expected.length - from, 1 + own.nextInt(200_000))];
    file.seek(from);
    file.readFully(part);
    if (!Arrays.equals(part, 0, part.length, expected, from, from + part.length)) {
      throw new AssertionError("wrong bytes in " + path);
    }
  }

  private void restart() throws Exception {
    if (random.nextInt(3) == 0) {
      end(store);
      startStore();
      awaitHeldAndServed(); // who takes both away at once takes the mount away
    } else {
      end(keeper);
      keeper = mount(OPTIONS);
    }
  }

  @Test
  void noReadFailsHoweverOftenKeepersAndStoreAreReplaced() throws Exception {
    startStore();
    keeper = mount(OPTIONS);
    awaitHeldAndServed();
    long begin = System.nanoTime();
    AtomicLong progress = new AtomicLong();
    try (RandomAccessFile open = new RandomAccessFile(root.resolve("dir0/large").toFile(), "r");
        DirectoryStream<Path> names = Files.newDirectoryStream(root.resolve("many"));
        ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
      Iterator<Path> listing = names.iterator();
      Set<String> listed = new TreeSet<>(Set.of(listing.next().getFileName().toString()));
      List<Future<?>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        int reader = i;
        readers.add(
            threads.submit(
                () -> {
                  use(reader, progress);
                  return null;
                }));
      }
      try {
        for (int i = 0; i < RESTARTS; i++) {
          awaitProgress(progress, readers);
          restart();
          assertThat(isMounted()).isTrue();
        }
        awaitProgress(progress, readers);
      } finally {
        progress.set(-1);
      }
      for (Future<?> reader : readers) {
        reader.get(1, TimeUnit.MINUTES);
      }
      byte[] all = new byte[(int) open.length()];
      open.readFully(all);
      assertThat(all).isEqualTo(nodes.files().get("dir0/large"));
      listing.forEachRemaining(path -> listed.add(path.getFileName().toString()));
      assertThat(listed).hasSize(MANY);
    }
    System.out.printf(
        "%d restarts in %d s%n",
        RESTARTS, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    assertThat(run("umount", root.toString())).isTrue();
    assertThat(keeper.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(keeper.exitValue()).isZero();
    await().atMost(ONE_MINUTE).until(() -> held().isEmpty());
  }

  private static void awaitProgress(AtomicLong progress, List<Future<?>> readers) {
    long before = progress.get();
    await()
        .atMost(ONE_MINUTE)
        .until(() -> progress.get() > before + 10 || readers.stream().anyMatch(Future::isDone));
    assertThat(readers).noneMatch(Future::isDone);
  }

  @Test
  void whenKeeperAndStoreAreGoneAtOnceTheMountIsAnErrorAndNeverEmpty() throws Exception {
    startStore();
    keeper = mount(OPTIONS);
    awaitHeldAndServed();
    kill(keeper);
    kill(store);
    await()
        .during(Duration.ofSeconds(2))
        .atMost(ONE_MINUTE)
        .untilAsserted(this::assertNotConnected);
    assertThat(Command.forebay("doctor").start().waitFor()).isNotNegative();
    assertNotConnected();

    keeper = mount(OPTIONS); // before there is a store
    await().atMost(ONE_MINUTE).until(() -> Files.exists(root.resolve("dir0/large")));
    assertLargeFileIsRead();
    startStore();
    awaitHeldAndServed();
    kill(keeper);
    keeper = mount(OPTIONS);
    assertLargeFileIsRead();
  }

  private void assertNotConnected() throws IOException {
    assertThat(isMounted()).isTrue();
    assertThatThrownBy(() -> Files.list(root).close())
        .hasMessageContaining("Transport endpoint is not connected");
  }

  @Test
  void aSecondKeeperIsRefusedWhileTheFirstLives() throws Exception {
    startStore();
    keeper = mount(OPTIONS);
    awaitHeldAndServed();
    Process second = mount(OPTIONS);
    assertThat(second.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(second.exitValue()).isOne();
    assertLargeFileIsRead();

    kill(store);
    Process third = mount(OPTIONS);
    assertThat(third.waitFor(1, TimeUnit.MINUTES)).as("without a store, too").isTrue();
    assertThat(third.exitValue()).isOne();
    assertLargeFileIsRead();
  }

  @Test
  void aKeeperWithOtherOptionsOfTheKernelIsRefused() throws Exception {
    startStore();
    keeper = mount(OPTIONS);
    awaitHeldAndServed();
    kill(keeper);
    Process other = mount(OPTIONS + ",max_read=8192");
    assertThat(other.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(other.exitValue()).isOne();
    keeper = mount(OPTIONS + ",umask=022");
    assertLargeFileIsRead();
  }

  @Test
  void whatIsUnmountedWhileNobodyServesItIsHeldNoLonger() throws Exception {
    startStore();
    keeper = mount(OPTIONS);
    awaitHeldAndServed();
    kill(keeper);
    Mount.remove(root); // as a container runtime does, which asks the mount nothing
    await().atMost(ONE_MINUTE).until(() -> held().isEmpty());

    keeper = mount(OPTIONS);
    awaitHeldAndServed();
    kill(keeper);
    CompletableFuture<String> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                Files.readAllBytes(root.resolve("dir1/file-1"));
                return "read";
              } catch (IOException e) {
                return String.valueOf(e.getMessage());
              }
            });
    assertThat(read).isNotDone();
    String hold = socket.path().toString();
    Process umount = Command.forebay("umount", "--hold", hold, root.toString()).inheritIO().start();
    assertThat(umount.waitFor()).isZero();
    assertThat(read.get(1, TimeUnit.MINUTES)).as("nobody waits for ever").isNotEqualTo("read");
    assertThat(held()).isEmpty();
    assertThat(isMounted()).isFalse();
  }

  @Test
  void whatIsHeldIsListed() throws Exception {
    startStore();
    keeper = mount(OPTIONS);
    awaitHeldAndServed();
    assertThat(list()).startsWith("served ").contains(" images " + root + " " + OPTIONS);
    kill(keeper);
    await().atMost(ONE_MINUTE).untilAsserted(() -> assertThat(list()).startsWith("waiting "));
    assertThat(Files.getPosixFilePermissions(socket.path())).hasSize(2);
  }

  private String list() throws Exception {
    Process list = Command.forebay("hold", "--socket", socket.path().toString(), "--list").start();
    String said = new String(list.getInputStream().readAllBytes(), UTF_8);
    assertThat(list.waitFor()).isZero();
    return said;
  }

  @Test
  void whatIsBeingStoredWhenAKeeperIsToldToEndIsStored() throws Exception {
    List<String> more = new ArrayList<>();
    nodes.ossOptions().forEach((key, value) -> more.addAll(List.of("--option", key + "=" + value)));
    startStore();
    keeper = mount("rw", more.toArray(String[]::new));
    awaitHeldAndServed();
    nodes.oss().faults().rate(1, Fault.HANG);
    CompletableFuture<Void> written =
        CompletableFuture.runAsync(
            () -> {
              try (FileOutputStream file = new FileOutputStream(root.resolve("new").toFile())) {
                file.write("new".getBytes(UTF_8));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    await().atMost(ONE_MINUTE).until(() -> nodes.oss().traffic().counts().of("PUT") > 0);
    first(keeper).destroy();
    assertThat(written).isNotDone();
    nodes.oss().faults().clear();
    written.get(1, TimeUnit.MINUTES);
    assertThat(keeper.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(isMounted()).isTrue();
    keeper = mount("rw", more.toArray(String[]::new));
    assertThat(root.resolve("new")).hasContent("new");
  }

  @Test
  void aMountInTheBackgroundIsGoneOnWithByTheNextOneAtTheSamePlace() throws Exception {
    startStore();
    assertThat(mountInTheBackground().waitFor()).isZero();
    awaitHeldAndServed();
    assertLargeFileIsRead(); // and the kernel learns that a close needs no answer
    try (RandomAccessFile open = new RandomAccessFile(root.resolve("dir0/large").toFile(), "r")) {
      killProcessesInTheBackground();
      await().atMost(ONE_MINUTE).until(() -> !held().get(0).served());
      assertThat(mountInTheBackground().waitFor()).isZero();
      byte[] all = new byte[(int) open.length()];
      open.readFully(all);
      assertThat(all).isEqualTo(nodes.files().get("dir0/large"));
    } finally {
      Mount.remove(root);
    }
    await().atMost(ONE_MINUTE).until(() -> held().isEmpty());
  }

  private Process mountInTheBackground() throws IOException {
    String hold = socket.path().toString();
    String node = nodes.nodeDirectory(0).toString();
    return Command.forebay(
            "mount", "--daemon", "--hold", hold, "--node", node, Nodes.DATA_SET, root.toString())
        .inheritIO()
        .start();
  }

  private void killProcessesInTheBackground() {
    List<ProcessHandle> all =
        ProcessHandle.allProcesses()
            .filter(process -> commandOf(process).contains("io.forebay.cli.Bridge\0"))
            .filter(process -> commandOf(process).contains(directory.toString()))
            .toList();
    assertThat(all).isNotEmpty();
    all.forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void aMountWaitsForAServerThatIsStartedLater() throws Exception {
    nodes.stop(0);
    assertThat(nodes.nodeDirectory(0).resolve("node.properties")).doesNotExist();
    startStore();
    keeper = mount(OPTIONS);
    await().atMost(ONE_MINUTE).until(this::isMounted);
    CompletableFuture<Boolean> listed =
        CompletableFuture.supplyAsync(() -> Files.exists(root.resolve("dir0/large")));
    assertThat(listed).isNotDone();
    nodes.start(0);
    assertThat(listed.get(1, TimeUnit.MINUTES)).isTrue();
    assertLargeFileIsRead();

    Process impatient = mount("wait=0");
    assertThat(impatient.waitFor(1, TimeUnit.MINUTES)).isTrue();
  }
}
