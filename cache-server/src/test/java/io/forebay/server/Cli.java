package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.cli.ForebayCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** The forebay command within the tests' own process. */
final class Cli {

  private Cli() {}

  /** Runs a command, and returns what it printed to both of its streams. */
  static String run(int exit, String... arguments) {
    StringWriter out = new StringWriter();
    PrintStream stdout = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      CommandLine command = ForebayCommand.commandLine(arguments);
      command.setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
      assertThat(command.execute(arguments)).as("%s", out).isEqualTo(exit);
    } finally {
      System.setOut(stdout);
    }
    return out + printed.toString(StandardCharsets.UTF_8);
  }
}
