package io.forebay.kubernetes.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of a cluster, which can be killed and started again. */
public final class Component {

  private final Sandbox sandbox;
  private final List<String> command;
  private final Path log;
  private Process process;

  Component(Sandbox sandbox, Path log, List<String> command) {
    this.sandbox = sandbox;
    this.command = command;
    this.log = log;
  }

  /** Its output, for people who look for why a test failed. */
  public Path log() {
    return log;
  }

  public void start() throws IOException {
    process =
        sandbox
            .command(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
  }

  /** Without giving it the time to put anything away. */
  public void kill() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
  }

  boolean isRunning() {
    return process.isAlive();
  }
}
