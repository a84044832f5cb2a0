package io.forebay.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.control.CacheControl;
import io.forebay.fuse.mount.Mount;
import io.forebay.samples.oss.Fault;
import io.forebay.samples.oss.Seed;
import io.forebay.spec.DataSetSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real mount whose processes are killed: the bridge at random moments under load, which nobody
 * may notice but by a pause, and all of them, after which nothing may stay mounted. The profile
 * {@code long} has more kills and mounts.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MountCrashTest {

  private static final int KILLS = Integer.getInteger("forebay.kills", 50) / 4;
  private static final int MOUNTS = Integer.getInteger("forebay.mounts", 9);
  private static final int READERS = 4;

  @TempDir private Path directory;
  private final Random random = Seed.random(READERS);
  private Nodes nodes;
  private Path root;
  private Process keeper;

  @BeforeEach
  void start() throws IOException {
    assumeThat(Files.isWritable(Path.of("/dev/fuse"))).as("/dev/fuse can be used").isTrue();
    nodes = new Nodes(directory, 1);
    nodes.addMany(60, 5_000);
    nodes.add("dir0/large", 9_000_000);
    DataSet dataSet = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    nodes.server(0).node().dataSet(Nodes.DATA_SET).snapshotForAll(n -> {});
    List<FileStatus> half = new ArrayList<>(dataSet.walk(""));
    half.removeIf(file -> file.path().hashCode() % 2 == 0);
    CacheControl.of(dataSet)
        .loadAll(
            half,
            1,
            (file, reason) -> {
              throw new AssertionError(file.path(), reason);
            });
    root = Files.createDirectory(directory.resolve("mnt"));
  }

  @AfterEach
  void stop() throws Exception {
    if (keeper != null) {
      List<ProcessHandle> children = keeper.descendants().toList();
      keeper.destroy();
      keeper.waitFor(30, TimeUnit.SECONDS);
      children.forEach(ProcessHandle::destroyForcibly);
    }
    if (isMounted()) {
      Mount.remove(root);
    }
    if (nodes != null) {
      nodes.close();
    }
    await() // and until then some may still write below the directory
        .atMost(ONE_MINUTE)
        .until(
            () ->
                ProcessHandle.allProcesses()
                    .noneMatch(process -> commandOf(process).contains(directory.toString())));
  }

  private void mount(String options) throws IOException {
    keeper = forebayMount(options).inheritIO().start();
    await().atMost(ONE_MINUTE).until(this::isServed);
  }

  /** Asks what the kernel does not answer by itself. */
  private boolean isServed() throws IOException {
    try {
      return isMounted() && Files.getFileStore(root).getTotalSpace() > 0;
    } catch (FileSystemException e) {
      return false;
    }
  }

  private ProcessBuilder forebayMount(String options) {
    String node = nodes.nodeDirectory(0).toString();
    return Command.forebay("mount", "--node", node, Nodes.DATA_SET, root.toString(), "-o", options);
  }

  private boolean isMounted() throws IOException {
    return isMounted(root);
  }

  private static boolean isMounted(Path point) throws IOException {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/mounts"))) {
      return mounts.anyMatch(line -> line.contains(" " + point + " "));
    }
  }

  /** The one that serves; the next one waits already. */
  private Optional<ProcessHandle> bridge() {
    return keeper
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("java"))
        .min(Comparator.comparing(child -> child.info().startInstant().orElseThrow()));
  }

  private void kill() throws Exception {
    replace("KILL");
  }

  private void stopForGood() throws Exception {
    replace("STOP");
  }

  private void replace(String signal) throws Exception {
    ProcessHandle bridge = bridge().orElseThrow();
    signal(signal, bridge);
    await()
        .atMost(ONE_MINUTE)
        .until(() -> bridge().isPresent() && bridge().get().pid() != bridge.pid());
  }

  /** Opens, reads, lists and looks for what is not there, until the end; each byte is compared. */
  private void use(int reader, AtomicLong progress) throws IOException {
    Random own = Seed.random(reader);
    List<String> paths = nodes.paths();
    while (progress.get() >= 0) {
      String path = paths.get(own.nextInt(paths.size()));
      byte[] expected = nodes.files().get(path);
      int from = own.nextInt(expected.length);
      byte[] part = new byte[Math.min(expected.length - from, 1 + own.nextInt(200_000))];
      try (RandomAccessFile file = new RandomAccessFile(root.resolve(path).toFile(), "r")) {
        file.seek(from);
        file.readFully(part);
      }
      if (!Arrays.equals(part, 0, part.length, expected, from, from + part.length)) {
        throw new AssertionError("wrong bytes in " + path);
      }
      try (Stream<Path> listed = Files.list(root.resolve(path).getParent())) {
        assertThat(listed).contains(root.resolve(path));
      }
      assertThat(root.resolve(path + ".missing")).doesNotExist();
      progress.updateAndGet(n -> n < 0 ? n : n + 1);
    }
  }

  private interface Disturbance {
    void happen() throws Exception;
  }

  private void disturbUnderLoad(String options, int times, Disturbance disturbance)
      throws Exception {
    mount(options);
    AtomicLong progress = new AtomicLong();
    try (RandomAccessFile open = new RandomAccessFile(root.resolve("dir0/large").toFile(), "r");
        ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
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
        for (int i = 0; i < times; i++) {
          long before = progress.get();
          await().atMost(ONE_MINUTE).until(() -> progress.get() > before + 10 || anyDone(readers));
          TimeUnit.MILLISECONDS.sleep(random.nextInt(500));
          disturbance.happen();
        }
        long before = progress.get();
        await().atMost(ONE_MINUTE).until(() -> progress.get() > before + 10 || anyDone(readers));
      } finally {
        progress.set(-1);
      }
      for (Future<?> reader : readers) {
        reader.get(1, TimeUnit.MINUTES);
      }
      byte[] all = new byte[(int) open.length()];
      open.readFully(all);
      assertThat(all).isEqualTo(nodes.files().get("dir0/large"));
    }
    nodes.add("dir0/young", 5);
    nodes.onNode(0).dataSet(Nodes.DATA_SET).refresh();
    await().atMost(ONE_MINUTE).until(() -> Files.exists(root.resolve("dir0/young")));
    keeper.destroy();
    assertThat(keeper.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(isMounted()).isFalse();
  }

  private static boolean anyDone(List<Future<?>> readers) {
    return readers.stream().anyMatch(Future::isDone);
  }

  @Test
  void noReadFailsHoweverOftenTheBridgeIsKilled() throws Exception {
    disturbUnderLoad("mode=passthrough,attr_timeout=0,entry_timeout=0", KILLS, this::kill);
  }

  @Test
  void norDoesOneThatThePageCacheAnswers() throws Exception {
    disturbUnderLoad("mode=pagecache,attr_timeout=0,entry_timeout=0", KILLS, this::kill);
  }

  @Test
  void aBridgeThatIsStoppedIsReplacedAndNoReadFails() throws Exception {
    disturbUnderLoad("mode=passthrough,attr_timeout=0,entry_timeout=0", 2, this::stopForGood);
  }

  @Test
  void aBridgeThatGoesOnIsLeftAlone() throws Exception {
    mount("");
    ProcessHandle bridge = bridge().orElseThrow();
    signal("STOP", bridge);
    signal("CONT", bridge);
    assertOneFileIsRead();
    await()
        .during(Duration.ofSeconds(3))
        .atMost(ONE_MINUTE)
        .until(() -> bridge().orElseThrow().equals(bridge));
  }

  @Test
  void theLogSaysOnceThatTheServerIsSilentAndOnceThatItIsBack() throws Exception {
    Path log = directory.resolve("log");
    keeper =
        forebayMount("attr_timeout=0,entry_timeout=0")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    await().atMost(ONE_MINUTE).until(this::isServed);
    nodes.stop(0);
    await().atMost(ONE_MINUTE).until(() -> says(log, "does not answer"));
    nodes.start(0);
    await().atMost(ONE_MINUTE).until(() -> says(log, "answers again"));
    assertThat(log).content().containsOnlyOnce("does not answer").containsOnlyOnce("answers again");
  }

  /** Reads what it can, for only then servers are asked. */
  private boolean says(Path log, String text) throws IOException {
    for (String path : nodes.paths()) {
      try {
        Files.readAllBytes(root.resolve(path));
      } catch (IOException e) {
        // Without a server what is not here cannot be read.
      }
    }
    return Files.readString(log).contains(text);
  }

  @Test
  void nothingStaysMountedWhenAllProcessesAreKilled() throws Exception {
    mount("");
    ProcessHandle bridge = bridge().orElseThrow();
    keeper.destroyForcibly();
    assertThat(keeper.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readAllBytes(root.resolve("dir0/large")))
        .as("the bridge goes on without its keeper")
        .isEqualTo(nodes.files().get("dir0/large"));
    bridge.destroyForcibly();
    await().atMost(ONE_MINUTE).until(() -> !isMounted());
    assertThat(root).isEmptyDirectory();
  }

  /** At any moment of the rehearsal and of what comes after it. */
  @Timeout(value = 1, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @Test
  void mountsThatAreTakenAwayAtOnceLeaveNoCrashNoMountAndNoProcess() throws Exception {
    Path working = Files.createDirectory(directory.resolve("working")); // takes notes of crashes
    List<Disturbance> ends =
        List.of(() -> Mount.remove(root), () -> keeper.destroy(), this::terminateAll);
    ProcessBuilder mount = forebayMount("").inheritIO().directory(working.toFile());
    Command.useJars(mount, Files.createDirectory(directory.resolve("jars")));
    for (int i = 0; i < MOUNTS; i++) {
      keeper = mount.start();
      await().atMost(ONE_MINUTE).until(this::isServed);
      TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
      List<ProcessHandle> children = keeper.descendants().toList();
      ends.get(i % ends.size()).happen();
      assertThat(keeper.waitFor(1, TimeUnit.MINUTES)).isTrue();
      await().atMost(ONE_MINUTE).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
      assertThat(isMounted()).isFalse();
      assertThat(working).isEmptyDirectory();
    }
  }

  /** As a supervisor of services does. */
  private void terminateAll() throws Exception {
    List<ProcessHandle> all = new ArrayList<>(keeper.descendants().toList());
    all.add(keeper.toHandle());
    for (ProcessHandle each : all) {
      sent("TERM", each); // some end by themselves meanwhile
    }
  }

  /** The archive for quicker starts is made at the lowest priority, which may take minutes. */
  @Test
  void norDoesItStayForAProcessThatDoesNotServeIt() throws Exception {
    mount("");
    ProcessHandle bridge = bridge().orElseThrow();
    await().atMost(ONE_MINUTE).until(() -> rehearsal().isPresent());
    ProcessHandle rehearsal = rehearsal().orElseThrow();
    signal("STOP", rehearsal);
    try {
      keeper.destroyForcibly();
      bridge.destroyForcibly();
      await().atMost(ONE_MINUTE).until(() -> !isMounted());
    } finally {
      rehearsal.destroyForcibly();
    }
  }

  private Optional<ProcessHandle> rehearsal() {
    return keeper
        .children()
        .filter(child -> commandOf(child).contains("DumpLoadedClassList"))
        .findFirst();
  }

  /** Beside what it shares with other JVMs, of which each bears its part. */
  @Test
  void allProcessesOfAMountTakeLittleMemory() throws Exception {
    mount("mode=passthrough");
    for (String path : nodes.paths()) {
      assertThat(root.resolve(path)).hasBinaryContent(nodes.files().get(path));
    }
    await().atMost(ONE_MINUTE).until(() -> rehearsal().isPresent());
    await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted( // once what prepares quick starts has ended, and the next bridge has
            // settled
            () -> {
              assertThat(keeper.children().count()).isEqualTo(3);
              // Each process has the directories of all jars in memory, those of the tests, too.
              assertThat(proportionalBytesOfAll()).isLessThan(280_000_000L);
            });
  }

  private long proportionalBytesOfAll() throws IOException {
    return proportionalBytesOfAll(keeper.toHandle());
  }

  private static long proportionalBytesOfAll(ProcessHandle keeper) throws IOException {
    long bytes = proportionalBytes(keeper);
    for (ProcessHandle child : keeper.children().toList()) {
      bytes += proportionalBytes(child);
    }
    return bytes;
  }

  private static long proportionalBytes(ProcessHandle process) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc", "" + process.pid(), "smaps_rollup"))) {
      return lines
          .filter(line -> line.startsWith("Pss:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .sum();
    }
  }

  private static String commandOf(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", "" + process.pid(), "cmdline"));
    } catch (IOException e) {
      return ""; // it is gone
    }
  }

  private static void signal(String signal, ProcessHandle process) throws Exception {
    assertThat(sent(signal, process)).isTrue();
  }

  private static boolean sent(String signal, ProcessHandle process) throws Exception {
    return new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor() == 0;
  }

  @Test
  void aBridgeWithoutItsKeeperTakesTheMountAwayInTheEnd() throws Exception {
    mount("");
    ProcessHandle bridge = bridge().orElseThrow();
    keeper.destroyForcibly();
    assertThat(keeper.waitFor(30, TimeUnit.SECONDS)).isTrue();
    bridge.destroy();
    await().atMost(ONE_MINUTE).until(() -> !isMounted());
  }

  @Test
  void anotherOneTakesTheMountAway() throws Exception {
    mount("");
    assertThat(keeper.isAlive()).isTrue();
    Process second = forebayMount("").start();
    assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).as("mounted already").isOne();
    assertThat(Command.forebay("umount", root.toString()).inheritIO().start().waitFor()).isZero();
    assertThat(keeper.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(keeper.exitValue()).isZero();
    assertThat(root).isEmptyDirectory();
    assertThat(Command.forebay("umount", root.toString()).start().waitFor()).isOne();
  }

  @Test
  void whatCannotBeMountedIsSaidAndLeavesNothing() throws Exception {
    Process wrong =
        Command.forebay(
                "mount", "--node", nodes.nodeDirectory(0).toString(), "no-such", root.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(wrong.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(wrong.exitValue()).isOne();
    assertThat(wrong.inputReader().lines()).anyMatch(line -> line.contains("no-such"));
    assertThat(isMounted()).isFalse();
    assertThat(Files.readAttributes(root, "unix:dev")).isNotEmpty();
  }

  @Test
  void aMountInTheBackgroundStaysUntilItIsTakenAway() throws Exception {
    Path log = directory.resolve("log");
    String node = nodes.nodeDirectory(0).toString();
    String[] inTheBackground = {
      "mount", "--daemon", "--log", log.toString(), "--node", node, Nodes.DATA_SET, root.toString()
    };
    assertThat(Command.forebay(inTheBackground).inheritIO().start().waitFor()).isZero();
    assertOneFileIsRead();
    Process second = Command.forebay(inTheBackground).start();
    assertThat(second.waitFor()).as("mounted already").isOne();
    takeAway();
    assertThat(log).content().contains("is mounted on");
  }

  private Process mountInTheBackground(String dataSet, Path point) throws IOException {
    return Command.forebay(
            "mount",
            "--daemon",
            "--node",
            nodes.nodeDirectory(0).toString(),
            dataSet,
            point.toString())
        .redirectErrorStream(true)
        .start();
  }

  /** The keeper of what was mounted in the background: the parent of the bridges of this node. */
  private List<ProcessHandle> keepersInTheBackground() {
    String node = nodes.nodeDirectory(0).toString();
    return ProcessHandle.allProcesses()
        .filter(process -> commandOf(process).contains("io.forebay.cli.Bridge\0serve"))
        .filter(process -> commandOf(process).contains(node))
        .flatMap(bridge -> bridge.parent().stream())
        .distinct()
        .toList();
  }

  private ProcessHandle bridgeOf(ProcessHandle kept) {
    return kept.children()
        .filter(child -> commandOf(child).contains("Bridge\0serve"))
        .min(Comparator.comparing(child -> child.info().startInstant().orElseThrow()))
        .orElseThrow();
  }

  private void assertLargeFileIsReadIn(Path point) {
    assertThat(point.resolve("dir0/large")).hasBinaryContent(nodes.files().get("dir0/large"));
  }

  @Test
  void mountsInTheBackgroundShareTheirProcesses() throws Exception {
    Path second = Files.createDirectory(directory.resolve("second"));
    Path third = Files.createDirectory(directory.resolve("third"));
    assertThat(mountInTheBackground(Nodes.DATA_SET, root).waitFor()).isZero();
    try {
      ProcessHandle keeper = assertThat(keepersInTheBackground()).hasSize(1).first().actual();
      assertLargeFileIsReadIn(root);
      await() // what prepares quick starts has ended, and the next bridge has settled
          .atMost(Duration.ofMinutes(3))
          .untilAsserted(
              () -> {
                assertThat(keeper.children().count()).isEqualTo(3);
                assertThat(proportionalBytesOfAll(keeper)).isLessThan(250_000_000L);
              });
      long ofOne = proportionalBytesOfAll(keeper);
      for (Path more : List.of(second, third)) {
        assertThat(mountInTheBackground(Nodes.DATA_SET, more).waitFor()).isZero();
        assertLargeFileIsReadIn(more);
      }
      assertThat(keepersInTheBackground()).containsExactly(keeper);
      assertThat(proportionalBytesOfAll(keeper) - ofOne).isLessThan(2 * 30_000_000L);

      Process unknown =
          mountInTheBackground("no-such", Files.createDirectory(directory.resolve("fourth")));
      assertThat(unknown.waitFor()).isOne();
      assertThat(unknown.inputReader().lines()).anyMatch(line -> line.contains("no-such"));
      assertThat(mountInTheBackground(Nodes.DATA_SET, third).waitFor()).as("mounted").isOne();

      ProcessHandle bridge = bridgeOf(keeper);
      signal("KILL", bridge);
      for (Path each : List.of(root, second, third)) {
        assertLargeFileIsReadIn(each);
        assertThat(each.resolve("missing")).doesNotExist();
      }
      await().atMost(ONE_MINUTE).until(() -> !bridgeOf(keeper).equals(bridge));

      Mount.remove(second);
      signal("KILL", bridgeOf(keeper));
      assertLargeFileIsReadIn(root);
      assertLargeFileIsReadIn(third);
      assertThat(mountInTheBackground(Nodes.DATA_SET, second).waitFor()).as("again").isZero();
      assertLargeFileIsReadIn(second);
      assertThat(keepersInTheBackground()).containsExactly(keeper);
    } finally {
      removeAll(List.of(root, second, third));
    }
    await().atMost(ONE_MINUTE).until(() -> keepersInTheBackground().isEmpty());
  }

  @Test
  void mountsThatAreAskedForAtOnceHaveOneKeeper() throws Exception {
    List<Path> points = new ArrayList<>();
    List<Process> mounts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      points.add(Files.createDirectory(directory.resolve("mnt" + i)));
      mounts.add(mountInTheBackground(Nodes.DATA_SET, points.get(i)));
    }
    try {
      for (Process mount : mounts) {
        assertThat(mount.waitFor()).isZero();
      }
      assertThat(keepersInTheBackground()).hasSize(1);
      for (Path point : points) {
        assertLargeFileIsReadIn(point);
      }
    } finally {
      removeAll(points);
    }
    await().atMost(ONE_MINUTE).until(() -> keepersInTheBackground().isEmpty());
  }

  private static void removeAll(List<Path> points) throws IOException {
    for (Path point : points) {
      if (isMounted(point)) {
        Mount.remove(point);
      }
    }
  }

  /** The keeper is about to end when its last mount goes. */
  @Test
  void aMountThatIsAskedForWhileTheLastOneGoesIsMounted() throws Exception {
    Path second = Files.createDirectory(directory.resolve("second"));
    List<Path> points = List.of(root, second);
    try {
      assertThat(mountInTheBackground(Nodes.DATA_SET, root).waitFor()).isZero();
      for (int round = 0; round < 6; round++) {
        Process mount = mountInTheBackground(Nodes.DATA_SET, points.get((round + 1) % 2));
        TimeUnit.MILLISECONDS.sleep(random.nextInt(700));
        Mount.remove(points.get(round % 2));
        String said = new String(mount.getInputStream().readAllBytes(), UTF_8);
        assertThat(mount.waitFor()).as(said).isZero();
        assertLargeFileIsReadIn(points.get((round + 1) % 2));
      }
    } finally {
      removeAll(points);
    }
  }

  @Test
  void aMountStaysWhereAnotherOneWasThatIsStillInUse() throws Exception {
    assertThat(mountInTheBackground(Nodes.DATA_SET, root).waitFor()).isZero();
    try (RandomAccessFile open = new RandomAccessFile(root.resolve("dir0/large").toFile(), "r")) {
      assertThat(open.read()).isNotNegative();
      assertThat(new ProcessBuilder("umount", "-l", root.toString()).start().waitFor()).isZero();
      assertThat(mountInTheBackground(Nodes.DATA_SET, root).waitFor()).isZero();
      assertOneFileIsRead();
    }
    try {
      await().during(Duration.ofSeconds(3)).atMost(ONE_MINUTE).until(this::isServed);
    } finally {
      takeAway();
    }
  }

  @Test
  void aDataSetThatIsDroppedDisturbsNoMountOfAnotherOne() throws Exception {
    Path files = Files.createDirectory(directory.resolve("files"));
    Files.writeString(files.resolve("1"), "one");
    nodes.server(0).node().add(new DataSetSpec("other", files.toUri(), Map.of()));
    Path second = Files.createDirectory(directory.resolve("second"));
    assertThat(mountInTheBackground(Nodes.DATA_SET, root).waitFor()).isZero();
    assertThat(mountInTheBackground("other", second).waitFor()).isZero();
    try {
      assertThat(second.resolve("1")).hasContent("one");
      nodes.server(0).node().drop("other");
      ProcessHandle kept = keepersInTheBackground().get(0);
      for (int kill = 0; kill < 3; kill++) {
        ProcessHandle bridge = bridgeOf(kept);
        signal("KILL", bridge);
        assertOneFileIsRead();
        await().atMost(ONE_MINUTE).until(() -> !bridgeOf(kept).equals(bridge));
      }
    } finally {
      removeAll(List.of(second, root));
    }
    await().atMost(ONE_MINUTE).until(() -> keepersInTheBackground().isEmpty());
  }

  @Test
  void aKeeperThatWasKilledKeepsNobodyFromMounting() throws Exception {
    Path second = Files.createDirectory(directory.resolve("second"));
    assertThat(mountInTheBackground(Nodes.DATA_SET, root).waitFor()).isZero();
    ProcessHandle killed = keepersInTheBackground().get(0);
    ProcessHandle bridge = bridgeOf(killed);
    killed.destroyForcibly();
    try {
      await().atMost(ONE_MINUTE).until(() -> !killed.isAlive());
      assertThat(mountInTheBackground(Nodes.DATA_SET, second).waitFor()).isZero();
      assertLargeFileIsReadIn(root);
      assertLargeFileIsReadIn(second);
    } finally {
      removeAll(List.of(second, root));
    }
    await().atMost(ONE_MINUTE).until(() -> !bridge.isAlive());
  }

  @Test
  void nothingStaysOfMountsWhoseProcessesAreAllKilled() throws Exception {
    Path second = Files.createDirectory(directory.resolve("second"));
    for (Path point : List.of(root, second)) {
      assertThat(mountInTheBackground(Nodes.DATA_SET, point).waitFor()).isZero();
    }
    ProcessHandle killed = keepersInTheBackground().get(0);
    List<ProcessHandle> all = new ArrayList<>(List.of(killed));
    killed.children().filter(child -> commandOf(child).contains("Bridge")).forEach(all::add);
    all.forEach(ProcessHandle::destroyForcibly);
    await().atMost(ONE_MINUTE).until(() -> !isMounted(root) && !isMounted(second));
    assertThat(mountInTheBackground(Nodes.DATA_SET, root).waitFor()).as("its door").isZero();
    assertOneFileIsRead();
    takeAway();
  }

  @Test
  void whatCannotBeMountedInTheBackgroundIsSaidOnceByTheCommandItself() throws Exception {
    Path log = Files.writeString(directory.resolve("log"), "an older line\n");
    for (List<String> where : List.of(List.<String>of(), List.of("--log", log.toString()))) {
      List<String> arguments = new ArrayList<>(List.of("mount", "--daemon"));
      arguments.addAll(where);
      arguments.addAll(List.of("--node", nodes.nodeDirectory(0).toString(), "no-such"));
      arguments.add(root.toString());
      Process mount =
          Command.forebay(arguments.toArray(String[]::new)).redirectErrorStream(true).start();
      String said = new String(mount.getInputStream().readAllBytes(), UTF_8);
      assertThat(mount.waitFor()).isOne();
      assertThat(said.lines().filter(line -> line.contains("no-such"))).as(said).hasSize(1);
      assertThat(said).doesNotContain("an older line", "in use", "/dev/null");
      assertThat(isMounted()).isFalse();
    }
  }

  @Test
  void whatIsMountedInTheBackgroundAndCannotBeReadIsSaidByTheCommandItself() throws Exception {
    String missing = directory.resolve("no-such-directory").toUri().toString();
    String cache = Files.createDirectory(directory.resolve("cache")).toString();
    Process mount =
        Command.forebay("mount", "--daemon", "--cache", cache, missing, root.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(mount.getInputStream().readAllBytes(), UTF_8);
    assertThat(mount.waitFor()).as(said).isZero();
    assertThat(said).contains("is mounted, but", "no-such-directory");
    takeAway();
  }

  @Test
  void keysStandInTheArgumentsOfNoProcessOfAMountInTheBackground() throws Exception {
    Path point = Files.createDirectory(directory.resolve("mnt \"1\" \\ \u00fc #"));
    List<String> arguments = new ArrayList<>(List.of("mount", "--daemon", "--cache"));
    arguments.add(Files.createDirectory(directory.resolve("cache")).toString());
    arguments.addAll(List.of("oss://bucket/root", point.toString()));
    nodes
        .ossOptions()
        .forEach((key, value) -> arguments.addAll(List.of("--option", key + "=" + value)));
    assertThat(Command.forebay(arguments.toArray(String[]::new)).inheritIO().start().waitFor())
        .isZero();
    try {
      assertThat(point.resolve("dir0/large")).hasBinaryContent(nodes.files().get("dir0/large"));
      assertThat(ProcessHandle.allProcesses().map(MountCrashTest::commandOf))
          .anyMatch(command -> command.contains("io.forebay.cli.Bridge\0keep"))
          .noneMatch(command -> command.contains("accessKeySecret"));
    } finally {
      Mount.remove(point);
    }
  }

  /** Has a device as systems have it that let everybody mount, which not all machines do. */
  private static final String WITH_DEVICE =
      "mknod \"$0\" c 10 229 && chmod 666 \"$0\" && mount --bind \"$0\" /dev/fuse && exec \"$@\"";

  /** A user who may read the class path, and nothing else that root may. */
  private static final List<String> AS_NOBODY =
      List.of(
          "setpriv",
          "--reuid=65534",
          "--regid=65534",
          "--clear-groups",
          "--inh-caps=-all,+dac_read_search",
          "--ambient-caps=-all,+dac_read_search");

  private static List<String> joined(List<String> command, List<String> arguments) {
    return Stream.concat(command.stream(), arguments.stream()).toList();
  }

  @Test
  void usersWhoAreNotRootMountByFusermount() throws Exception {
    assumeThat(Path.of("/usr/bin/fusermount3")).as("fusermount3 is installed").exists();
    Path cache = Files.createDirectory(directory.resolve("cache"));
    for (Path own : List.of(root, cache)) {
      Files.setAttribute(own, "unix:uid", 65534);
    }
    assertThat(directory.toFile().setExecutable(true, false)).isTrue();
    List<String> arguments =
        new ArrayList<>(List.of("mount", "--cache", cache.toString(), "oss://bucket/root"));
    arguments.add(root.toString());
    nodes
        .ossOptions()
        .forEach((key, value) -> arguments.addAll(List.of("--option", key + "=" + value)));
    Path log = directory.resolve("log");
    String device = directory.resolve("fuse").toString();
    keeper =
        new ProcessBuilder(
                joined(
                    joined(List.of("unshare", "-m", "sh", "-c", WITH_DEVICE, device), AS_NOBODY),
                    Command.forebay(arguments.toArray(String[]::new)).command()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    await()
        .atMost(ONE_MINUTE)
        .until(() -> !keeper.isAlive() || Files.readString(log).contains("is mounted on"));
    assertThat(log).content().contains("is mounted on");
    Process read =
        new ProcessBuilder(
                joined(
                    joined(List.of("nsenter", "-m", "-t", "" + keeper.pid()), AS_NOBODY),
                    List.of("cat", root.resolve("dir0/large").toString())))
            .start();
    assertThat(read.getInputStream().readAllBytes()).isEqualTo(nodes.files().get("dir0/large"));
    keeper.destroy();
    assertThat(keeper.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void mountReadsFstab() throws Exception {
    Path command = directory.resolve("forebay");
    Files.writeString(
        command,
        Command.forebay().command().stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" ", "#!/bin/sh\nexec ", " \"$@\"\n")));
    assertThat(command.toFile().setExecutable(true)).isTrue();
    String helper = Path.of("src/dist/bin/mount.forebay").toAbsolutePath().toString();
    String node = nodes.nodeDirectory(0).toString();
    ProcessBuilder mount =
        new ProcessBuilder(
                helper,
                Nodes.DATA_SET,
                root.toString(),
                "-n",
                "-o",
                "defaults,ro,_netdev,x-systemd.requires=network.target,umask=022,node=" + node)
            .inheritIO();
    mount.environment().put("FOREBAY", command.toString());
    assertThat(mount.start().waitFor()).isZero();
    assertOneFileIsRead();
    assertThat(Files.getPosixFilePermissions(root.resolve("dir0/large")))
        .isEqualTo(PosixFilePermissions.fromString("r--r--r--"));
    takeAway();
  }

  private void assertOneFileIsRead() throws IOException {
    assertThat(root.resolve("dir0/large")).hasBinaryContent(nodes.files().get("dir0/large"));
  }

  private void takeAway() throws Exception {
    assertThat(Command.forebay("umount", root.toString()).inheritIO().start().waitFor()).isZero();
    await().atMost(ONE_MINUTE).until(() -> !isMounted());
  }

  /** All at once, the watch that would take the mount away as well. */
  private void killAll() throws Exception {
    signal("STOP", keeper.toHandle());
    List<ProcessHandle> all = new ArrayList<>(keeper.descendants().toList());
    all.add(keeper.toHandle());
    for (ProcessHandle each : all) {
      sent("STOP", each); // some end by themselves meanwhile
    }
    all.forEach(ProcessHandle::destroyForcibly);
    await().atMost(ONE_MINUTE).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    assertThat(isMounted()).isTrue();
    assertThat(isServed()).isFalse();
  }

  @Test
  void aDeadMountIsReplaced() throws Exception {
    mount("");
    killAll();
    mount("");
    assertThat(Files.readAllBytes(root.resolve("dir0/large")))
        .isEqualTo(nodes.files().get("dir0/large"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"doctor", "umount"})
  void whatAllProcessesLeftIsTakenAwayByWhateverComesNext(String command) throws Exception {
    String node = nodes.nodeDirectory(0).toString();
    ProcessBuilder prune = Command.forebay("prune", "--node", node, Nodes.DATA_SET);
    assertThat(prune.inheritIO().start().waitFor()).isZero();
    nodes.oss().faults().rate(1, Fault.HANG); // so that the rehearsal's read takes its time
    try {
      mount("");
      Path stage = stage();
      await().atMost(ONE_MINUTE).until(() -> isMounted(stage.resolve("mnt")) && isMounted());
      killAll();
      List<String> next = new ArrayList<>(List.of(command));
      if (command.equals("umount")) {
        next.add(root.toString());
      }
      Command.forebay(next.toArray(String[]::new)).inheritIO().start().waitFor();
      assertThat(isMounted()).isFalse();
      assertThat(isMounted(stage.resolve("mnt"))).isFalse();
      assertThat(stage).doesNotExist();
    } finally {
      nodes.oss().faults().clear();
    }
  }

  /** A directory that the keeper has for itself, where it mounts once more for a moment. */
  private Path stage() {
    await().atMost(ONE_MINUTE).until(() -> rehearsal().isPresent());
    String[] words = commandOf(rehearsal().orElseThrow()).split("\0", -1);
    return Arrays.stream(words)
        .filter(word -> word.contains("DumpLoadedClassList="))
        .map(word -> Path.of(word.substring(word.indexOf('=') + 1)).getParent())
        .findFirst()
        .orElseThrow();
  }
}
