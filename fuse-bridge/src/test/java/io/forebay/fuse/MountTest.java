package io.forebay.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.Totals;
import io.forebay.control.CacheControl;
import io.forebay.fuse.fs.Profile;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import io.forebay.fuse.protocol.Opcode;
import io.forebay.samples.oss.Fault;
import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.Seed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real mount, read through the kernel. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MountTest {

  private static final int LARGE = 9_000_000;

  @TempDir private Path directory;
  private final Map<String, byte[]> files = new TreeMap<>();
  private MountedBucket bucket;
  private OssServer oss;
  private DataSet dataSet;
  private Mount mount;
  private Path root;

  @BeforeEach
  void start() throws IOException {
    bucket = new MountedBucket(directory);
    oss = bucket.oss();
    dataSet = bucket.dataSet();
    root = bucket.root();
    add("empty", 0);
    add("large", LARGE);
    for (int i = 0; i < 30; i++) {
      add("many/file-" + i, 100 + i * 1_000);
    }
    add("odd/ü 中文 ' \" name", 50);
    mount = bucket.mount("");
  }

  @AfterEach
  void stop() throws IOException {
    if (bucket != null) {
      bucket.close();
    }
  }

  private void add(String path, int size) throws IOException {
    byte[] content = new byte[size];
    new Random(path.hashCode()).nextBytes(content);
    files.put(path, content);
    oss.put("bucket", path, content);
  }

  private void load() throws IOException {
    CacheControl.of(dataSet)
        .loadAll(
            dataSet.walk(""),
            1,
            (file, reason) -> {
              throw new AssertionError(file.path(), reason);
            });
  }

  private void assertAllReadable() throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      assertThat(Files.readAllBytes(root.resolve(file.getKey()))).isEqualTo(file.getValue());
    }
  }

  @Test
  void cachedFilesOfAListedDirectoryAreReadyForTheKernelBeforeTheyAreOpened() throws IOException {
    load();
    try (Stream<Path> listed = Files.walk(root.resolve("many"))) {
      long many = listed.filter(Files::isRegularFile).count();
      await()
          .atMost(ONE_MINUTE)
          .until(
              () ->
                  Files.readString(root.resolve(".forebay/stats"))
                      .contains("backing_files " + many + "\n"));
    }
    long reads = mount.requests(Opcode.READ);
    assertAllReadable();
    assertThat(mount.requests(Opcode.READ)).isEqualTo(reads);
  }

  @Test
  void theTreeLooksAsTheDataSetDoes() throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      assertThat(tree.filter(Files::isRegularFile).map(p -> root.relativize(p).toString()))
          .containsExactlyInAnyOrderElementsOf(files.keySet());
    }
    Path file = root.resolve("many/file-7");
    assertThat(Files.size(file)).isEqualTo(7_100);
    assertThat(Files.getLastModifiedTime(file).toMillis())
        .isEqualTo(dataSet.stat("many/file-7").modifiedMillis());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("r--r--r--");
    assertThat(Files.isDirectory(root.resolve("many"))).isTrue();
    assertThat(Files.getFileStore(file).type()).isEqualTo("fuse.forebay");
  }

  @Test
  void filesCanBeExecutedWhereTheMountSaysSo() throws Exception {
    oss.put("bucket", "bin/program", Files.readAllBytes(Path.of("/bin/true")));
    for (String mode : List.of("mode=passthrough", "mode=pagecache")) {
      mountAnew(mode + ",exec");
      Path file = root.resolve("bin/program");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("r-xr-xr-x");
      assertThat(new ProcessBuilder(file.toString()).start().waitFor()).isZero();
    }
    mountAnew("noexec");
    assertThatThrownBy(() -> new ProcessBuilder(root.resolve("bin/program").toString()).start())
        .hasMessageContaining("Permission denied");
  }

  @Test
  void filesThatAreNotCachedYetAreRead() throws IOException {
    assertAllReadable();
    assertThat(mount.requests(Opcode.READ)).isPositive();
  }

  @Test
  void cachedFilesAreReadByTheKernelAlone() throws IOException {
    load();
    assertAllReadable();
    assertThat(mount.requests(Opcode.READ)).isZero();
    long opens = mount.requests(Opcode.OPEN);
    assertAllReadable();
    assertThat(mount.requests(Opcode.READ)).isZero();
    assertThat(mount.requests(Opcode.OPEN) - opens).isEqualTo(files.size());
  }

  @Test
  void whoWalksHasTheNextDirectoriesListedAheadAndSeesWhatIsWrittenMeanwhile() throws Exception {
    for (String name : List.of("a", "b", "c")) {
      add("walk/" + name + "/file", 10);
    }
    long before = oss.traffic().counts().of("LIST");
    assertThat(names(root.resolve("walk"))).containsExactly("a", "b", "c");
    assertThat(names(root.resolve("walk/a"))).containsExactly("file");
    // To find 'walk', to list it and 'a', and to list 'b' and 'c' ahead.
    await().atMost(ONE_MINUTE).until(() -> oss.traffic().counts().of("LIST") - before >= 5);
    dataSet.write("walk/c/new", new ByteArrayInputStream(new byte[5]), 5);
    // Before a second is over it need not be there, and the kernel would remember that.
    await()
        .pollDelay(Duration.ofSeconds(3))
        .atMost(ONE_MINUTE)
        .until(() -> names(root.resolve("walk/c")).contains("new"));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private void mountAnew(String options) throws IOException {
    mount = bucket.mount(options);
  }

  @Test
  void attributesTellWhereAFileIs() throws IOException {
    Path file = root.resolve("many/file-3");
    mountAnew("xattr");
    assertThat(attributes(file))
        .containsEntry("forebay.etag", dataSet.stat("many/file-3").etag())
        .containsEntry("forebay.resident", "no")
        .doesNotContainKey("forebay.tier");
    load();
    assertThat(attributes(file))
        .containsEntry("forebay.resident", "yes")
        .containsEntry("forebay.tier", directory.resolve("cache/tier").toString());
    assertThat(attributes(root.resolve("many"))).isEmpty();
    mountAnew("");
    assertThatThrownBy(() -> attributes(file)).isInstanceOf(FileSystemException.class);
  }

  private static Map<String, String> attributes(Path file) throws IOException {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    Map<String, String> attributes = new TreeMap<>();
    for (String name : view.list()) {
      ByteBuffer value = ByteBuffer.allocate(view.size(name));
      view.read(name, value);
      attributes.put(name, new String(value.array(), StandardCharsets.UTF_8));
    }
    return attributes;
  }

  @Test
  void readsCanBeKeptOutOfMemoryAndBeSmall() throws IOException {
    load();
    mountAnew("direct_io,max_read=65536");
    assertAllReadable();
    long reads = mount.requests(Opcode.READ);
    assertThat(reads).isGreaterThanOrEqualTo(LARGE / 65_536);
    assertAllReadable();
    assertThat(mount.requests(Opcode.READ)).isGreaterThanOrEqualTo(2 * reads);
  }

  @Test
  void smallFilesOfAListedDirectoryAreInMemoryBeforeTheyAreRead() throws IOException {
    load();
    mountAnew("mode=pagecache");
    try (Stream<Path> tree = Files.walk(root)) {
      assertThat(tree.filter(Files::isRegularFile)).hasSize(files.size());
    }
    Path stats = root.resolve(".forebay/stats");
    await().atMost(ONE_MINUTE).until(() -> Files.readString(stats).contains("pushed 31\n"));
    long reads = mount.requests(Opcode.READ);
    for (int i = 0; i < 30; i++) {
      assertThat(Files.readAllBytes(root.resolve("many/file-" + i)))
          .isEqualTo(files.get("many/file-" + i));
    }
    assertThat(mount.requests(Opcode.READ)).isEqualTo(reads);
    assertAllReadable();
  }

  @Test
  void filesOfMoreThanFourGibibytesAreReadAtAnyPlace() throws IOException {
    long size = (5L << 30) + 17;
    Path huge = Files.createDirectory(directory.resolve("huge"));
    try (RandomAccessFile file = new RandomAccessFile(huge.resolve("sparse").toFile(), "rw")) {
      file.setLength(size);
      file.seek((4L << 30) + 5);
      file.writeLong(42);
      file.seek(size - 1);
      file.write(7);
    }
    mount = bucket.mount(bucket.forebay().dataSet(huge.toUri().toString()), "");
    try (RandomAccessFile file = new RandomAccessFile(root.resolve("sparse").toFile(), "r")) {
      assertThat(file.length()).isEqualTo(size);
      file.seek((4L << 30) + 5);
      assertThat(file.readLong()).isEqualTo(42);
      file.seek(size - 1);
      assertThat(file.read()).isEqualTo(7);
      assertThat(file.read()).isNegative();
    }
  }

  @Test
  void otherUsersLookInOnlyWhereTheyMay() throws Exception {
    load();
    root.toFile().setExecutable(true, false);
    directory.toFile().setExecutable(true, false);
    assertThat(readAsNobody("many/file-3")).isNotZero();
    mountAnew("allow_other");
    assertThat(readAsNobody("many/file-3")).isZero();
    mountAnew("allow_other,umask=007");
    assertThat(readAsNobody("many/file-3")).isNotZero();
  }

  private int readAsNobody(String path) throws Exception {
    Process process =
        new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "cmp",
                "-n",
                "1",
                root.resolve(path).toString(),
                root.resolve(path).toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  @Test
  void anOpenFileStaysAsItIsAndTheNextOpenIsTheKernels() throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(root.resolve("large").toFile(), "r")) {
      open.read();
      load();
      byte[] rest = new byte[LARGE];
      open.seek(0);
      open.readFully(rest);
      assertThat(rest).isEqualTo(files.get("large"));
      // As long as it is open, all handles are alike.
      assertThat(Files.readAllBytes(root.resolve("large"))).isEqualTo(files.get("large"));
    }
    assertAllReadable();
    long reads = mount.requests(Opcode.READ);
    assertAllReadable();
    assertThat(mount.requests(Opcode.READ)).isEqualTo(reads);
  }

  @Test
  void aCachedFileThatIsEvictedWhileOpenIsReadToItsEnd() throws IOException {
    load();
    try (RandomAccessFile open = new RandomAccessFile(root.resolve("large").toFile(), "r")) {
      Path tierFile = CacheControl.of(dataSet).resident(dataSet.stat("large")).orElseThrow();
      Files.delete(tierFile);
      byte[] all = new byte[LARGE];
      open.readFully(all);
      assertThat(all).isEqualTo(files.get("large"));
    }
  }

  @Test
  void newNamesAreSeenWithoutARemountAndOpenFilesKeepTheirVersion() throws Exception {
    load();
    Path changing = root.resolve("many/file-9");
    byte[] before = files.get("many/file-9");
    assertThat(Files.exists(root.resolve("young"))).isFalse();
    try (RandomAccessFile open = new RandomAccessFile(changing.toFile(), "r")) {
      add("young", 77);
      add("many/file-9", 12_345);
      oss.delete("bucket", "many/file-8");
      dataSet.refresh();
      await().atMost(ONE_MINUTE).until(() -> Files.size(changing) == 12_345);
      assertThat(Files.readAllBytes(changing)).isEqualTo(files.get("many/file-9"));
      byte[] all = new byte[before.length];
      open.readFully(all);
      assertThat(all).isEqualTo(before);
      assertThat(open.length()).isEqualTo(before.length);
    }
    assertThat(root.resolve("young")).hasSize(77);
    assertThat(root.resolve("many/file-8")).doesNotExist();
    assertThat(root.resolve("many")).isDirectoryNotContaining("glob:**/file-8");
  }

  @Test
  void inThePageCacheProfileOnlyTheFirstReadIsARequest() throws IOException {
    mountAnew("mode=pagecache");
    load();
    assertAllReadable();
    long before;
    do { // all is asked for again when the shared maps have opened
      before = requests();
      assertAllReadable();
    } while (requests() > before);
    assertThat(mount.requests(Opcode.OPEN)).isOne();
  }

  private long requests() {
    return IntStream.range(1, 64).mapToLong(mount::requests).sum();
  }

  @Test
  void theProfileFollowsFromSizesAndMemory() {
    long gib = 1L << 30;
    assertThat(Profile.of(Optional.empty(), 64 * gib)).isEqualTo(Profile.PASSTHROUGH);
    assertThat(Profile.of(Optional.of(new Totals(10_000, gib)), 64 * gib))
        .isEqualTo(Profile.PAGE_CACHE);
    assertThat(Profile.of(Optional.of(new Totals(10_000, gib)), gib))
        .isEqualTo(Profile.PASSTHROUGH);
    assertThat(Profile.of(Optional.of(new Totals(10, gib)), 64 * gib))
        .isEqualTo(Profile.PASSTHROUGH);
  }

  @Test
  void filesCanBeMapped() throws Exception {
    for (boolean cached : new boolean[] {false, true}) {
      if (cached) {
        load();
      }
      assertThat(MappedReader.checksum(root.resolve("large"))).isEqualTo(crc(files.get("large")));
    }
  }

  private static String crc(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return Long.toHexString(crc.getValue());
  }

  @Test
  void manyThreadsReadAtOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
      List<Future<Void>> readers =
          IntStream.range(0, 16)
              .mapToObj(reader -> threads.submit(() -> readInRandomOrder(reader)))
              .toList();
      load();
      for (Future<?> reader : readers) {
        reader.get(1, TimeUnit.MINUTES);
      }
    }
  }

  private Void readInRandomOrder(int reader) throws IOException {
    Random random = Seed.random(reader);
    for (int i = 0; i < 200; i++) {
      String path = files.keySet().stream().skip(random.nextInt(files.size())).findFirst().get();
      byte[] expected = files.get(path);
      int from = random.nextInt(expected.length + 1);
      int to = from + random.nextInt(Math.min(300_000, expected.length - from) + 1);
      byte[] part = new byte[to - from];
      try (RandomAccessFile file = new RandomAccessFile(root.resolve(path).toFile(), "r")) {
        file.seek(from);
        file.readFully(part);
      }
      assertThat(Arrays.equals(part, 0, part.length, expected, from, to)).as(path).isTrue();
    }
    return null;
  }

  @Test
  void whatCannotBeDoneIsRefusedAtOnce() {
    assertThatThrownBy(() -> Files.readAllBytes(root.resolve("no/such")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Files.readAllBytes(root.resolve("many/no-such")))
        .isInstanceOf(NoSuchFileException.class);
    for (var write :
        List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
            () -> Files.writeString(root.resolve("new"), "x"),
            () -> Files.delete(root.resolve("large")),
            () -> Files.createDirectory(root.resolve("directory")),
            () -> Files.move(root.resolve("large"), root.resolve("larger")))) {
      assertThatThrownBy(write)
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("Read-only file system");
    }
  }

  @Test
  void anUnreadableStoreIsAnErrorAndNoHang() throws IOException {
    assertThat(Files.exists(root.resolve("many/file-3"))).isTrue();
    bucket.loseStore();
    assertThatThrownBy(() -> Files.readAllBytes(root.resolve("many/file-3")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Input/output error");
  }

  @Test
  void filesArePassedThroughAlsoAfterTheControlDirectoryWasRead() throws IOException {
    load();
    mountAnew("mode=passthrough");
    assertThat(stat("seconds")).isNotNegative();
    Files.newByteChannel(root.resolve(".forebay/plan")).close();
    long opens = mount.requests(Opcode.OPEN);
    long reads = mount.requests(Opcode.READ);
    assertAllReadable();
    assertThat(mount.requests(Opcode.OPEN) - opens).isEqualTo(files.size());
    assertThat(mount.requests(Opcode.READ)).isEqualTo(reads);
  }

  @Test
  void readingLeavesTheAccessTimesOfTheCachesFilesAlone() throws IOException {
    load();
    mountAnew("mode=passthrough");
    Path resident = CacheControl.of(dataSet).resident(dataSet.stat("large")).orElseThrow();
    FileTime longAgo = FileTime.from(Instant.EPOCH); // the next read would be noted, as it is later
    Files.setAttribute(resident, "lastAccessTime", longAgo);
    assertThat(Files.readAllBytes(root.resolve("large"))).isEqualTo(files.get("large"));
    assertThat(mount.requests(Opcode.READ)).isZero();
    assertThat(Files.getAttribute(resident, "lastAccessTime")).isEqualTo(longAgo);
  }

  @Test
  void aMountIsGoneWhenItIsClosedAlsoWhileInUse() throws IOException {
    load();
    try (RandomAccessFile open = new RandomAccessFile(root.resolve("large").toFile(), "r")) {
      mount.close();
      assertThat(root).isEmptyDirectory();
      byte[] all = new byte[LARGE];
      open.readFully(all);
      assertThat(all).isEqualTo(files.get("large"));
    }
    assertThatThrownBy(() -> Mount.remove(root)).hasMessageContaining("is not a mount of Forebay");
  }

  @Test
  void theControlDirectoryIsThereAndInNoListing() throws IOException {
    for (String mode : List.of("passthrough", "pagecache")) {
      mountAnew("mode=" + mode);
      assertThat(root).isDirectoryNotContaining("glob:**/.forebay");
      Path control = root.resolve(".forebay");
      try (Stream<Path> listed = Files.list(control)) {
        assertThat(listed.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder("status", "stats", "plan");
      }
      assertThat(Files.readAllLines(control.resolve("status"))).contains("profile " + mode);
      long lookups = stat("requests_lookup");
      assertThat(Files.exists(root.resolve("many/no-such"))).isFalse();
      assertThat(stat("requests_lookup")).isGreaterThan(lookups);
      assertThat(control.resolve("no-such")).doesNotExist();
      assertThatThrownBy(() -> Files.writeString(control.resolve("status"), "x"))
          .hasMessageContaining("Read-only file system");
    }
  }

  private long stat(String name) throws IOException {
    return Files.readAllLines(root.resolve(".forebay/stats")).stream()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatASamplerAnnouncesIsFetchedAhead() throws Exception {
    List<String> announced = files.keySet().stream().filter(p -> p.startsWith("many/")).toList();
    String script =
        """
        import sys
        from planned_sampler import PlannedSampler
        mount, paths = sys.argv[1], [sys.argv[1] + '/' + path for path in sys.argv[2:]]
        order = list(reversed(range(len(paths))))
        sampler = PlannedSampler(order, paths, mount, ahead=7, behind=3)
        assert len(sampler) == len(paths)
        epoch = iter(sampler)
        assert [next(epoch) for _ in order] == order
        while 'planned 0\\n' not in open(mount + '/.forebay/stats').readlines():
            pass
        assert list(epoch) == []
        """;
    python(script, announced);
    await()
        .atMost(ONE_MINUTE)
        .untilAsserted(
            () -> {
              for (String path : announced) {
                assertThat(CacheControl.of(dataSet).resident(dataSet.stat(path)))
                    .as(path)
                    .isPresent();
              }
            });
    assertThat(CacheControl.of(dataSet).resident(dataSet.stat("large"))).isEmpty();
  }

  @Test
  void eachReaderHasAPlanOfHisOwnThatEndsWithHim() throws Exception {
    oss.faults().rate(1, Fault.HANG);
    python(
        """
        import fcntl, os, sys
        from planned_sampler import APPEND
        control = sys.argv[1] + '/.forebay/'
        def waiting():
            with open(control + 'stats') as stats:
                return int(dict(line.split() for line in stats)['planned'])
        readers = [os.open(control + 'plan', os.O_RDONLY) for _ in range(2)]
        text = bytearray(b'many/file-1\\n' * 500)
        for reader in readers:
            fcntl.ioctl(reader, APPEND | len(text) << 16, text)
        assert waiting() > 500, waiting()
        os.close(readers[0])
        while waiting() > 500:
            pass
        assert waiting() > 300, waiting()
        """,
        List.of());
  }

  /** Runs a script, with the mount's root and others as its arguments. */
  private void python(String script, List<String> arguments) throws Exception {
    assumeThat(Stream.of(System.getenv("PATH").split(":", -1)).map(Path::of))
        .as("python3 is installed")
        .anyMatch(bin -> Files.isExecutable(bin.resolve("python3")));
    List<String> command = new ArrayList<>(List.of("python3", "-c", script, root.toString()));
    command.addAll(arguments);
    ProcessBuilder python = new ProcessBuilder(command).inheritIO();
    Path samples = Path.of("../samples/pytorch").toAbsolutePath().normalize();
    python.environment().put("PYTHONPATH", samples.toString());
    python.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = python.start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("ends").isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void mistakesAreNamed() {
    assertThatThrownBy(() -> MountOptions.parse("ro,alow_other"))
        .hasMessageContaining("alow_other");
    assertThatThrownBy(() -> MountOptions.parse("uid=me")).hasMessageContaining("uid=me");
    assertThatThrownBy(
            () -> Mount.open(dataSet, directory.resolve("missing"), MountOptions.parse("")))
        .hasMessageContaining("is not a directory");
  }

  @Test
  void aReaderThatIsKilledDoesNotWaitForTheStore() throws Exception {
    mount = bucket.mount("mode=passthrough");
    assertThat(Files.size(root.resolve("large"))).isEqualTo(LARGE);
    oss.faults().rate(1, Fault.HANG);
    Process reader =
        new ProcessBuilder("cat", root.resolve("large").toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      await().atMost(ONE_MINUTE).until(() -> mount.requests(Opcode.READ) > 0);
      reader.destroy();
      // The under-store's own patience is 10 s, five times.
      assertThat(reader.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      reader.destroyForcibly();
      oss.faults().clear();
    }
    assertThat(Files.readAllBytes(root.resolve("large"))).isEqualTo(files.get("large"));
  }

  @Test
  void theKernelIsAskedToForgetWhatIsTooMuch() throws Exception {
    for (int i = 0; i < 5_000; i++) {
      add("crowd/dir-" + i % 50 + "/file-" + i, 10);
    }
    for (String profile : List.of("passthrough", "pagecache")) {
      mount = bucket.mount("max_nodes=1000,mode=" + profile);
      try (InputStream held = Files.newInputStream(root.resolve("many/file-3"))) {
        for (int round = 0; round < 2; round++) {
          for (Map.Entry<String, byte[]> file : files.entrySet()) {
            assertThat(Files.readAllBytes(root.resolve(file.getKey()))).isEqualTo(file.getValue());
          }
          await().atMost(ONE_MINUTE).until(() -> stat("nodes") <= 1000);
        }
        assertThat(held.readAllBytes()).isEqualTo(files.get("many/file-3"));
      }
    }
  }
}
