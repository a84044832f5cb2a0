package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.Bucket;
import io.forebay.cli.ForebayCommand;
import io.forebay.metadata.NodeInfo;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Commands ask a server whose process is stopped: its kernel accepts connections for it. */
class SilentServerTest {

  @TempDir Path directory;
  private Bucket bucket;
  private ServerProcess server;

  @BeforeEach
  void stopTheServer() throws Exception {
    bucket = new Bucket();
    server = new ServerProcess(directory, bucket, "10MiB", ":");
    Process stop =
        new ProcessBuilder("kill", "-STOP", String.valueOf(server.process().pid())).start();
    assertThat(stop.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  @AfterEach
  void close() throws Exception {
    server.close();
    bucket.close();
  }

  /** What a command says of its failure. */
  private static String failed(String... arguments) {
    StringWriter said = new StringWriter();
    CommandLine command = ForebayCommand.commandLine(arguments).setErr(new PrintWriter(said));
    assertThat(command.execute(arguments)).isEqualTo(1);
    return said.toString();
  }

  @Test
  @Timeout(120)
  void commandsThatAskTheAdminEndpointSayWhichServerIsSilent() throws Exception {
    String address = NodeInfo.read(server.node()).orElseThrow().admin();
    String node = server.node().toString();
    for (String command : new String[] {"status", "loads", "scrub"}) {
      assertThat(failed(command, "--node", node, "--patience", "1"))
          .contains(address, "has not answered for");
    }
    assertThat(failed("snapshot", "create", "--node", node, "--patience", "1", "d"))
        .contains(address, "has not answered for");
  }

  @Test
  @Timeout(120)
  void commandsThatReadSayWhichServerIsSilent() throws Exception {
    String member = NodeInfo.read(server.node()).orElseThrow().members().get(0);
    String address = member.substring(member.indexOf('=') + 1);
    assertThat(failed("ls", "--server", member, "d")).contains(address, "did not answer in time");
  }
}
