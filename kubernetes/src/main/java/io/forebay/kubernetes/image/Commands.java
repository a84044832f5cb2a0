package io.forebay.kubernetes.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs of this machine. */
final class Commands {

  private Commands() {}

  /**
   * Runs one to its end.
   *
   * @return what it printed
   * @throws IOException with what it printed, when it failed
   */
  static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(List.of(command) + " failed: " + said.strip());
    }
    return said;
  }
}
