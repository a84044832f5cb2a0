package io.forebay.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is installed, run where it was not built, through a link, by a user without rights. */
class InstalledTest {

  private static final Path BUILT = Path.of("../../cache-server/target/forebay");

  private static Path directory;
  private static Path link;
  private static Path data;

  @BeforeAll
  static void install() throws Exception {
    assertThat(BUILT).as("what 'mvn package' puts together").isDirectory();
    directory = Files.createTempDirectory("forebay-installed-");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path tree = directory.resolve("somewhere else");
    assertThat(
            new ProcessBuilder("cp", "-a", BUILT.toString(), tree.toString())
                .inheritIO()
                .start()
                .waitFor())
        .isZero();
    link = Files.createSymbolicLink(directory.resolve("link"), tree.resolve("bin/forebay"));
    data = Files.createDirectories(directory.resolve("data/train")).getParent();
    Files.writeString(data.resolve("train/1"), "bytes");
  }

  @AfterAll
  static void remove() throws Exception {
    new ProcessBuilder("rm", "-rf", directory.toString()).inheritIO().start().waitFor();
  }

  @Test
  void aStrangersFirstCommandReadsABucketWithoutAnyServer() throws Exception {
    assumeNoServer();
    Said listed = run("ls", data.toUri().toString(), "train");
    assertThat(listed.status()).as(listed.err()).isZero();
    assertThat(listed.out()).contains("train/1").hasLineCount(1);
    assertThat(listed.err())
        .contains("caches up to 10 GiB in " + directory.resolve("home/.cache/forebay"))
        .contains("forebay serve")
        .hasLineCount(1);
    Said read = run("cat", data.toUri().toString(), "train/1");
    assertThat(read.out()).isEqualTo("bytes");
    assertThat(Files.getPosixFilePermissions(directory.resolve("home/.cache/forebay")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void twoSuchCommandsAtATimeBothWork() throws Exception {
    assumeNoServer();
    Files.write(data.resolve("large"), new byte[10_000_000]);
    Process slow = start("cat", data.toUri().toString(), "large");
    assertThat(slow.getInputStream().read()).isZero(); // it has the cache, and waits for its reader
    Said read = run("cat", data.toUri().toString(), "train/1");
    assertThat(read.status()).as(read.err()).isZero();
    assertThat(read.out()).isEqualTo("bytes");
    assertThat(slow.getInputStream().readAllBytes()).hasSize(9_999_999);
    assertThat(slow.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(slow.exitValue()).isZero();
  }

  @Test
  void aReaderThatHasEnoughIsNoFailure() throws Exception {
    assumeNoServer();
    Files.write(data.resolve("long"), new byte[10_000_000]);
    Path err = Files.createTempFile(directory, "err", "");
    Process cat =
        command(Map.of(), "cat", data.toUri().toString(), "long")
            .redirectError(err.toFile())
            .start();
    assertThat(cat.getInputStream().read()).isZero();
    cat.getInputStream().close();
    assertThat(cat.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(cat.exitValue()).isEqualTo(128 + 13);
    assertThat(Files.readString(err)).doesNotContain("cannot write");
  }

  @Test
  void itSaysItsVersionAndItsCommands() throws Exception {
    assertThat(run("--version").out()).startsWith("forebay 0.").contains("Java ");
    assertThat(run("--help").out()).contains("serve ", "mount ", "doctor ");
    assertThat(run("mout").err()).contains("forebay mount");
    assertThat(run("ls", "nowhere").err()).contains("s3://bucket/directory");
  }

  /** Where the JDK is the one that made it, the JVM uses it, and says nothing about it. */
  @Test
  void itsClassesComeFromTheArchive() throws Exception {
    Said shared =
        run(Map.of("FOREBAY_JAVA_OPTS", "-Xlog:class+load:stdout -Xshare:on"), "--version");
    assertThat(shared.status()).as(shared.out() + shared.err()).isZero();
    assertThat(shared.out()).contains("ForebayCommand source: shared objects file");
  }

  @Test
  void anArchiveThatDoesNotFitIsNotMentioned() throws Exception {
    Path archive = link.toRealPath().resolve("../../lib/forebay.jsa").normalize();
    byte[] fits = Files.readAllBytes(archive);
    try {
      Files.writeString(archive, "of another JDK", StandardOpenOption.TRUNCATE_EXISTING);
      Said said = run("--version");
      assertThat(said.status()).isZero();
      assertThat(said.out()).startsWith("forebay");
      assertThat(said.err()).isEmpty();
    } finally {
      Files.write(archive, fits);
    }
  }

  @Test
  void whatAnOperatorNeedsComesWithIt() {
    assertThat(BUILT.resolve("bin/mount.forebay")).isExecutable();
    assertThat(BUILT.resolve("etc/forebay.properties")).isRegularFile();
    assertThat(BUILT.resolve("etc/forebay.service")).isRegularFile();
    assertThat(BUILT.resolve("LICENSE")).isRegularFile();
    assertThat(BUILT.resolve("docs/server.md")).isRegularFile();
  }

  private static void assumeNoServer() {
    assumeThat(Path.of("/var/lib/forebay/node.properties"))
        .as("a cache server runs on this machine")
        .doesNotExist();
  }

  private record Said(int status, String out, String err) {}

  private static Said run(String... arguments) throws Exception {
    return run(Map.of(), arguments);
  }

  private static Said run(Map<String, String> environment, String... arguments) throws Exception {
    Path err = Files.createTempFile(directory, "err", "");
    ProcessBuilder command = command(environment, arguments).redirectError(err.toFile());
    Process process = command.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), out, Files.readString(err));
  }

  private static Process start(String... arguments) throws IOException {
    return command(Map.of(), arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /**
   * As a user without rights where that can be arranged, with next to nothing in its environment.
   */
  private static ProcessBuilder command(Map<String, String> environment, String... arguments)
      throws IOException {
    Path home = Files.createDirectories(directory.resolve("home"));
    List<String> words = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
      words.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    }
    words.add(link.toString());
    words.addAll(List.of(arguments));
    ProcessBuilder command = new ProcessBuilder(words).directory(directory.toFile());
    String javaHome = System.getProperty("java.home"); // of the tests, which the build found
    command.environment().clear();
    command.environment().putAll(environment);
    command
        .environment()
        .putAll(Map.of("PATH", "/usr/bin:/bin", "HOME", home.toString(), "JAVA_HOME", javaHome));
    return command;
  }
}
