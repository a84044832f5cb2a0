package io.forebay.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forebay.DataSet;
import io.forebay.samples.oss.Fault;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which of many closes of a file stores what was written in it. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClosesTest {

  @TempDir private Path directory;
  private MountedBucket bucket;
  private DataSet dataSet;
  private Path root;

  @BeforeEach
  void start() throws IOException {
    bucket = new MountedBucket(directory);
    dataSet = bucket.dataSet();
    root = bucket.root();
    bucket.mount("rw");
    Files.writeString(root.resolve("file"), "old");
  }

  @AfterEach
  void stop() throws IOException {
    if (bucket != null) {
      bucket.close();
    }
  }

  private String stored(String path) throws IOException {
    return StandardCharsets.UTF_8.decode(dataSet.read(path)).toString();
  }

  /** A shell whose script says when it waits, and goes on when it is told so. */
  private final class Script implements AutoCloseable {

    /** Processes in the background read nothing. */
    private static final String WITH_PAUSES =
        "exec 4<&0; pause() { echo waiting >&2; read line <&4; }; ";

    private final Process process;
    private final BufferedReader said;
    private final BufferedWriter told;

    /**
     * @param text {@code pause} in it waits for {@link #goOn()}
     */
    Script(String text) throws IOException {
      process =
          new ProcessBuilder("sh", "-ec", WITH_PAUSES + text)
              .directory(root.toFile())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      said = process.errorReader();
      told = process.outputWriter();
    }

    void awaitPause() throws IOException {
      assertThat(said.readLine()).isEqualTo("waiting");
    }

    /** Whether the shell itself has a file open in the mount. */
    boolean hasOpen(String name) throws IOException {
      try (Stream<Path> descriptors = Files.list(Path.of("/proc", "" + process.pid(), "fd"))) {
        for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
          if (Files.readSymbolicLink(descriptor).equals(root.resolve(name))) {
            return true;
          }
        }
        return false;
      }
    }

    void goOn() throws IOException {
      told.write("\n");
      told.flush();
    }

    void awaitEnd() throws Exception {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isZero();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  @Test
  void aChildThatClosesItsCopyOfADescriptorStoresNothing() throws Exception {
    try (Script script =
        new Script("exec >file; printf half; sh -c true; pause; printf ' and rest'")) {
      script.awaitPause();
      assertThat(stored("file")).isEqualTo("old");
      script.goOn();
      script.awaitEnd();
    }
    assertThat(stored("file")).isEqualTo("half and rest");
  }

  /** Python's mmap has a descriptor of its own, and the kernel writes its pages for nobody. */
  @Test
  void norDoesItWhenTheParentWritesThroughAMapping() throws Exception {
    String python =
        """
        import mmap, os, subprocess, sys
        file = os.open('file', os.O_RDWR | os.O_TRUNC)
        os.ftruncate(file, 4)
        mapping = mmap.mmap(file, 4)
        mapping[:4] = b'half'
        subprocess.run(['true'])
        sys.stderr.write('waiting' + os.linesep)
        sys.stderr.flush()
        os.read(4, 1)
        mapping[:4] = b'full'
        mapping.close()
        os.close(file)
        """;
    Files.writeString(directory.resolve("mapping.py"), python);
    try (Script script = new Script("exec python3 " + directory.resolve("mapping.py"))) {
      script.awaitPause();
      assertThat(stored("file")).isEqualTo("old");
      script.goOn();
      script.awaitEnd();
    }
    assertThat(stored("file")).isEqualTo("full");
  }

  @Test
  void norDoesItBeforeAnythingIsWritten() throws Exception {
    try (Script script = new Script("exec >file; sh -c true; pause; printf all")) {
      script.awaitPause();
      assertThat(stored("file")).isEqualTo("old");
      script.goOn();
      script.awaitEnd();
    }
    assertThat(stored("file")).isEqualTo("all");
  }

  @Test
  void aProcessThatHasAnotherDescriptorLeftStoresWithTheLast() throws Exception {
    try (Script script =
        new Script(
            "exec 3>file; printf half >&3; pause; printf ' and rest' >&3; exec 3>&-; pause")) {
      script.awaitPause();
      assertThat(stored("file")).isEqualTo("old");
      script.goOn();
      script.awaitPause();
      assertThat(stored("file")).isEqualTo("half and rest");
      script.goOn();
      script.awaitEnd();
    }
  }

  @Test
  void aParentThatClosesWhatItsChildWritesStoresNothing() throws Exception {
    String fifo = directory.resolve("fifo").toString();
    run("mkfifo", fifo);
    String child = "printf half >&3; echo >" + fifo + "; pause; printf ' and rest' >&3";
    try (Script script =
        new Script("exec 3>file; (" + child + ") & read line <" + fifo + "; exec 3>&-; wait")) {
      script.awaitPause();
      await().atMost(Duration.ofMinutes(1)).until(() -> !script.hasOpen("file"));
      assertThat(stored("file")).isEqualTo("old");
      script.goOn();
      script.awaitEnd();
    }
    assertThat(stored("file")).isEqualTo("half and rest");
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void anEmptyFileIsStoredByTheProcessThatMadeIt() throws Exception {
    run("touch", root.resolve("touched").toString());
    assertThat(stored("touched")).isEmpty();
    try (Script script = new Script(": >file")) {
      script.awaitEnd();
    }
    assertThat(stored("file")).isEmpty();
  }

  @Test
  void anyThreadOfTheProcessThatWroteCloses() throws Exception {
    try (FileChannel file =
        FileChannel.open(
            root.resolve("file"), StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      file.write(StandardCharsets.UTF_8.encode("from a thread"));
                    } catch (IOException e) {
                      throw new IllegalStateException(e);
                    }
                  });
      writer.join();
    }
    assertThat(stored("file")).isEqualTo("from a thread");
  }

  @Test
  void bytesOfAMappingThatOutlivesItsDescriptorAreStoredInTheEnd() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment mapped;
      try (FileChannel file =
          FileChannel.open(
              root.resolve("file"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        file.write(ByteBuffer.wrap(new byte[] {'a', 'b', 'c'}));
        mapped = file.map(FileChannel.MapMode.READ_WRITE, 0, 3, arena);
      }
      assertThat(stored("file")).isEqualTo("abc");
      mapped.set(ValueLayout.JAVA_BYTE, 1, (byte) 'B');
    }
    await().atMost(Duration.ofMinutes(1)).until(() -> stored("file").equals("aBc"));
  }

  @Test
  void aFileThatCouldNotBeDeletedOrReplacedIsStoredAllTheSame() throws Exception {
    Files.writeString(root.resolve("other"), "other");
    Change delete = () -> Files.delete(root.resolve("file"));
    Change replace =
        () ->
            Files.move(root.resolve("other"), root.resolve("file"), StandardCopyOption.ATOMIC_MOVE);
    for (Change change : List.of(delete, replace)) {
      try (FileChannel file =
          FileChannel.open(
              root.resolve("file"),
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        file.write(StandardCharsets.UTF_8.encode("young"));
        bucket.oss().faults().rate(1, Fault.DENY);
        assertThatThrownBy(change::make).isInstanceOf(AccessDeniedException.class);
        bucket.oss().faults().clear();
      }
      assertThat(stored("file")).isEqualTo("young");
      Files.writeString(root.resolve("file"), "old");
    }
  }

  private interface Change {
    void make() throws IOException;
  }

  @Test
  void aFileThatIsDeletedWhileItIsWrittenStaysDeleted() throws Exception {
    try (FileChannel file = FileChannel.open(root.resolve("file"), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[10]));
      Files.delete(root.resolve("file"));
    }
    assertThatThrownBy(() -> dataSet.stat("file")).isInstanceOf(NoSuchFileException.class);
  }
}
