package io.forebay.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A reader that knows nothing of Java, compiled when it is needed. */
final class CReader {

  private static final long MINUTES = 5;

  private final Path program;

  private CReader(Path program) {
    this.program = program;
  }

  /**
   * @throws IOException when there is no C compiler
   */
  static CReader compile(Path directory) throws IOException, InterruptedException {
    Path source = directory.resolve("reader.c");
    try (InputStream text = CReader.class.getResourceAsStream("reader.c")) {
      Files.copy(text, source);
    }
    Path program = directory.resolve("reader");
    try {
      run(List.of("cc", "--version"));
    } catch (IOException e) {
      throw new IOException("a C compiler is needed, as 'cc'; on Debian: apt-get install gcc", e);
    }
    run(List.of("cc", "-O2", "-pthread", "-o", program.toString(), source.toString()));
    return new CReader(program);
  }

  /** Seconds that the work took. */
  double read(Object... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return Double.parseDouble(run(command).strip());
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + " failed");
      }
      return printed;
    } finally {
      process.destroyForcibly();
    }
  }
}
