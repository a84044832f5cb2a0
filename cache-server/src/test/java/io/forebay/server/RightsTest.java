package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.Origin;
import io.forebay.cli.ForebayCommand;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two users of a node beside the server's own: one is in the server's group, the other is not. */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RightsTest {

  /** One that every Linux has. */
  private static final String GROUP = "users";

  private static final String MEMBER = "41001";
  private static final String STRANGER = "41002";
  private static final String SECRET = "not for everybody's eyes";

  @TempDir Path directory;
  private Path node;
  private CacheServer server;

  @BeforeEach
  void makeTree() throws IOException {
    assumeThat(System.getProperty("user.name")).as("root may become other users").isEqualTo("root");
    assumeThat(Path.of("/usr/bin/setpriv")).as("setpriv (util-linux) is there").exists();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    node = directory.resolve("node");
    Path bucket = Files.createDirectory(directory.resolve("bucket"));
    Files.setPosixFilePermissions(bucket, PosixFilePermissions.fromString("rwx------"));
    Files.writeString(bucket.resolve("a"), SECRET);
  }

  @AfterEach
  void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private void serve(String readers) throws Exception {
    Path settings =
        Files.writeString(
            directory.resolve("forebay.properties"),
            """
            directory = %s
            listen.tcp = 127.0.0.1:0
            listen.admin = 127.0.0.1:0
            group = %s
            readers = %s
            dataset.d.root = %s
            """
                .formatted(node, GROUP, readers, directory.resolve("bucket").toUri()));
    server = CacheServer.start(ServerConfig.load(settings));
    assertThat(server.node().awaitMaps(Duration.ofMinutes(1))).isTrue();
    try (Forebay own = Forebay.connect(node)) {
      own.dataSet("d").read("a");
      own.dataSet("d").read("a");
    }
  }

  /** Reads the file twice, and tells where the second answer came from. */
  static final class Reader {
    public static void main(String[] arguments) {
      try (Forebay forebay = Forebay.connect(Path.of(arguments[0]))) {
        DataSet data = forebay.dataSet("d");
        data.read("a");
        long resident = forebay.stats().reads(Origin.RESIDENT);
        ByteBuffer bytes = data.read("a");
        System.out.println(
            "READ "
                + StandardCharsets.UTF_8.decode(bytes)
                + (forebay.stats().reads(Origin.RESIDENT) > resident
                    ? " by itself"
                    : " through the server"));
      } catch (IOException e) {
        System.out.println("REFUSED " + e.getMessage());
      }
    }
  }

  /** Runs a main class of this test's class path as another user, and returns what it prints. */
  private String as(String user, Class<?> main, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("setpriv", "--reuid", user, "--regid", user));
    command.addAll(user.equals(MEMBER) ? List.of("--groups", GROUP) : List.of("--clear-groups"));
    List<String> java = Command.java(main, arguments).command();
    int classPath = java.indexOf("-cp") + 1;
    command.addAll(java.subList(0, classPath));
    command.add(readableByAll(java.get(classPath)));
    command.addAll(java.subList(classPath + 1, java.size()));
    return run(command);
  }

  private static String run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  /** The libraries lie in a directory that other users cannot read. */
  private String readableByAll(String classPath) throws Exception {
    Path copies = directory.resolve("classpath");
    List<String> readable = new ArrayList<>();
    int number = 0;
    Files.createDirectories(copies);
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      Path copy = copies.resolve(number++ + "-" + Path.of(entry).getFileName());
      if (!Files.exists(copy) && Files.exists(Path.of(entry))) {
        run(List.of("cp", "-r", "--no-preserve=mode", entry, copy.toString()));
      }
      readable.add(copy.toString());
    }
    return String.join(File.pathSeparator, readable);
  }

  @Test
  void membersOfTheGroupReadByThemselvesAndOthersThroughTheServer() throws Exception {
    serve("everyone");
    assertThat(as(MEMBER, Reader.class, node.toString())).contains("READ " + SECRET + " by itself");

    String stranger = as(STRANGER, Reader.class, node.toString());
    assertThat(stranger).contains("READ " + SECRET + " through the server");
    assertThat(stranger.lines().filter(line -> line.contains("is only for group '" + GROUP + "'")))
        .as("lines that say why")
        .hasSize(1);
  }

  @Test
  void nobodyElseReadsWhatIsCached() throws Exception {
    serve("everyone");
    try (Stream<Path> files = Files.walk(node)) {
      List<Path> content =
          files
              .filter(Files::isRegularFile)
              .filter(f -> !f.endsWith("node.properties") && !f.endsWith("lock"))
              .toList();
      assertThat(content).anyMatch(f -> f.startsWith(node.resolve("tier")));
      for (Path file : content) {
        String readable =
            run(
                List.of(
                    "setpriv",
                    "--reuid",
                    STRANGER,
                    "--regid",
                    STRANGER,
                    "--clear-groups",
                    "cat",
                    file.toString()));
        assertThat(readable).as("%s", file).contains("Permission denied");
      }
    }
  }

  @Test
  void whoIsNotInTheGroupIsNotServedWhereOnlyTheGroupIs() throws Exception {
    serve("group");
    assertThat(as(MEMBER, Reader.class, node.toString())).contains("READ " + SECRET);
    assertThat(as(STRANGER, Reader.class, node.toString()))
        .contains("REFUSED")
        .contains("Permission denied")
        .doesNotContain(SECRET);
    String[] tcp = server.address().split(":", -1);
    try (Socket overTcp = new Socket(tcp[0], Integer.parseInt(tcp[1]))) {
      overTcp.setSoTimeout(60_000);
      assertThat(overTcp.getInputStream().read()).as("the connection is closed").isEqualTo(-1);
    }
  }

  @Test
  void theServerItselfRefusesStrangersWhereTheSocketLetsThemIn() throws Exception {
    serve("group");
    Path socket = node.resolve("forebay.sock");
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(as(MEMBER, Reader.class, node.toString())).contains("READ " + SECRET);
    assertThat(as(STRANGER, Reader.class, node.toString()))
        .contains("REFUSED")
        .doesNotContain(SECRET);
  }

  @Test
  void onlyTheServersOwnUserGivesCommands() throws Exception {
    serve("everyone");
    for (String command : List.of("prune", "pin", "load", "suspend", "drop")) {
      assertThat(as(STRANGER, ForebayCommand.class, command, "--node", node.toString(), "d"))
          .as(command)
          .contains("only root and the server's user may");
    }
    assertThat(as(STRANGER, ForebayCommand.class, "scrub", "--node", node.toString()))
        .contains("only root and the server's user may");
    assertThat(as(STRANGER, ForebayCommand.class, "status", "--node", node.toString()))
        .contains("1 files resident");
  }
}
