package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import io.forebay.Bucket;
import io.forebay.cli.ForebayCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server takes that has nothing to do, in a JVM as the launcher starts it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IdleTest {

  private static final long MOST_KILOBYTES = 300_000;

  @TempDir Path directory;

  @Test
  void aServerGivesTheMemoryOfALoadBack() throws Exception {
    try (Bucket bucket = new Bucket()) {
      for (int i = 0; i < 200; i++) {
        bucket.add("f" + i, 2_000_000);
      }
      List<String> flags =
          LauncherCommand.of(directory, "serve").stream().filter(a -> a.startsWith("-X")).toList();
      assertThat(flags).as("flags of the launcher").isNotEmpty();
      try (ServerProcess server =
          new ServerProcess(directory, bucket, "2GiB", "true", behindThoseOfTests(flags))) {
        load(server);
        await()
            .atMost(TWO_MINUTES)
            .untilAsserted(
                () -> assertThat(residentKilobytes(server.process())).isLessThan(MOST_KILOBYTES));
      }
    }
  }

  /** The tests' own processes have a small heap and another collector. */
  private static String[] behindThoseOfTests(List<String> flags) {
    List<String> all = new ArrayList<>(List.of("-XX:-UseSerialGC", "-XX:TieredStopAtLevel=4"));
    all.add("-Xmx4g");
    all.addAll(flags);
    return all.toArray(String[]::new);
  }

  private static void load(ServerProcess server) throws Exception {
    Process load =
        Command.java(
                ForebayCommand.class,
                "load",
                "--node",
                server.node().toString(),
                ServerProcess.DATA_SET)
            .redirectErrorStream(true)
            .start();
    String output = new String(load.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(load.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(load.exitValue()).as(output).isZero();
  }

  private static long residentKilobytes(Process process) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
