package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a server ends that is told to, as supervisors see it. */
class StopTest {

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void aServerThatIsToldToStopEndsWithZero(String signal) throws Exception {
    ProcessBuilder serve =
        Command.forebay(
            "serve",
            "--set",
            "directory=" + directory.resolve("node"),
            "--set",
            "listen.tcp=127.0.0.1:0",
            "--set",
            "listen.admin=127.0.0.1:0");
    // A shell has what it starts in the background ignore INT, and that would be inherited.
    serve.command().addAll(0, List.of("env", "--default-signal=INT"));
    Process server =
        serve.redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile()).start();
    try {
      ServerProcess.awaitAdmin(directory.resolve("node"));
      new ProcessBuilder("kill", "-" + signal, "" + server.pid()).start().waitFor();
      assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(server.exitValue()).isZero();
      assertThat(directory.resolve("log")).content().contains("has stopped");
      assertThat(directory.resolve("node/forebay.sock")).doesNotExist();
    } finally {
      server.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"listen.tcp=nowhere", "listen.tcp=192.0.2.1:1"})
  void aServerThatCannotStartEndsWithOne(String setting) throws Exception {
    Process server =
        Command.forebay(
                "serve", "--set", "directory=" + directory.resolve("node"), "--set", setting)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isOne();
  }
}
