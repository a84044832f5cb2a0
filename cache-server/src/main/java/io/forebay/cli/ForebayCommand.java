package io.forebay.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code forebay} command: exit status 0 for success, 1 for failure, 2 for wrong usage. */
@Command(
    name = "forebay",
    description = "Keeps training data next to the GPU.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    subcommands = {
      ServeCommand.class,
      ApplyCommand.class,
      StatusCommand.class,
      LoadCommand.class,
      LoadsCommand.class,
      SnapshotCommand.class,
      ListCommand.class,
      StatCommand.class,
      CatCommand.class,
      CopyCommand.class,
      MountCommand.class,
      UnmountCommand.class,
      PinCommand.class,
      UnpinCommand.class,
      PruneCommand.class,
      SuspendCommand.class,
      ResumeCommand.class,
      DropCommand.class,
      ScrubCommand.class,
      DoctorCommand.class,
      AutoComplete.GenerateCompletion.class
    })
public final class ForebayCommand {

  private ForebayCommand() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command, to be executed. */
  public static CommandLine commandLine() {
    CommandLine command = new CommandLine(new ForebayCommand());
    command.setExecutionExceptionHandler(
        (failure, line, result) -> {
          line.getErr()
              .println(line.getColorScheme().errorText("forebay: " + failure.getMessage()));
          return CommandLine.ExitCode.SOFTWARE;
        });
    return command;
  }
}
