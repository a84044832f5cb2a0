package io.forebay.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code forebay} command: exit status 0 for success, 1 for failure, 2 for wrong usage. */
@Command(
    name = "forebay",
    description = "Keeps training data next to the GPU.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    subcommands = {ServeCommand.class})
public final class ForebayCommand {

  private ForebayCommand() {}

  public static void main(String[] arguments) {
    CommandLine command = new CommandLine(new ForebayCommand());
    command.setExecutionExceptionHandler(
        (failure, line, result) -> {
          line.getErr()
              .println(line.getColorScheme().errorText("forebay: " + failure.getMessage()));
          return CommandLine.ExitCode.SOFTWARE;
        });
    System.exit(command.execute(arguments));
  }
}
