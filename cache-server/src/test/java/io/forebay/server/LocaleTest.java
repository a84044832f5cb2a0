package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.Forebay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes without a UTF-8 locale, as in a container. */
class LocaleTest {

  /** The UTF-8 of a name that is not ASCII, as printf(1) takes it; this JVM may not know it. */
  private static final String NAME = "$(printf 'gr\\303\\274n')";

  @TempDir Path directory;
  private Path tree;

  @BeforeEach
  void makeTree() throws Exception {
    tree = Files.createDirectory(directory.resolve("tree"));
    shell("echo content > " + tree + "/" + NAME);
  }

  private static ProcessBuilder withoutLocale(ProcessBuilder builder) {
    builder.environment().keySet().removeIf(key -> key.equals("LANG") || key.startsWith("LC_"));
    return builder.redirectErrorStream(true);
  }

  private static String outputOf(ProcessBuilder builder) throws Exception {
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  private static String shell(String command) throws Exception {
    return outputOf(new ProcessBuilder("sh", "-c", command).redirectErrorStream(true));
  }

  @Test
  void theLauncherStartsItsJvmInUtf8() throws Exception {
    ProcessBuilder builder =
        withoutLocale(LauncherCommand.with(directory, "locale charmap", "doctor"));
    assertThat(outputOf(builder)).isEqualTo("UTF-8\n");
    builder.environment().put("LC_ALL", "xx_XX.UTF-8"); // one that is not installed
    assertThat(outputOf(builder)).endsWith("UTF-8\n"); // after the shell's complaint
  }

  @Test
  void theBridgeOfAMountKnowsNamesAsUtf8() throws Exception {
    Path point = Files.createDirectory(directory.resolve("mnt"));
    String cache = directory.resolve("cache").toString();
    Process keeper =
        withoutLocale(
                Command.forebay(
                    "mount", "--cache", cache, tree.toUri().toString(), point.toString()))
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    try {
      await()
          .atMost(ONE_MINUTE)
          .until(() -> shell("cat " + point + "/" + NAME).equals("content\n"));
      assertThat(shell("[ $(ls " + point + ") = " + NAME + " ] && echo equal"))
          .isEqualTo("equal\n");
    } finally {
      keeper.destroy();
      assertThat(keeper.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Opens two caches, and tries to list a directory. */
  static final class Embedded {
    public static void main(String[] arguments) throws IOException {
      Path cache = Path.of(arguments[0]);
      try (Forebay first = Forebay.embedded(cache.resolve("1"));
          Forebay second = Forebay.embedded(cache.resolve("2"))) {
        System.out.println(second.dataSet(arguments[1]).list(""));
      } catch (IOException e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }

  @Test
  void anEmbeddedCacheSaysOnceWhatItsLocaleLacksAndListsNoHalfOfADirectory() throws Exception {
    String root = tree.toUri().toString();
    String output =
        outputOf(withoutLocale(Command.java(Embedded.class, directory + "/cache", root)));
    assertThat(
            output
                .lines()
                .filter(line -> line.matches(".* WARN .*io.forebay.locale.FileNameCharset: .*")))
        .hasSize(1);
    assertThat(output).contains("LC_ALL=C.UTF-8").contains("refused: ");
  }

  @Test
  void theDoctorSaysSo() throws Exception {
    assertThat(outputOf(withoutLocale(Command.forebay("doctor"))))
        .contains("WRONG  file names", "LC_ALL=C.UTF-8");
  }
}
