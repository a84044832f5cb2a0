package io.forebay.cli;

import io.forebay.cli.logging.LogOptions;
import io.forebay.config.Durations;
import io.forebay.server.access.Role;
import io.forebay.spec.SnapshotId;
import io.forebay.wire.Address;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.TypeConversionException;

/** The {@code forebay} command: exit status 0 for success, 1 for failure, 2 for wrong usage. */
@Command(
    name = "forebay",
    description = "Caches training data on the disks next to the GPUs.",
    mixinStandardHelpOptions = true,
    versionProvider = ForebayCommand.Version.class,
    usageHelpWidth = 110)
public final class ForebayCommand {

  private static final List<Class<?>> OWN =
      List.of(
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
          HoldCommand.class,
          PinCommand.class,
          UnpinCommand.class,
          PruneCommand.class,
          DrainCommand.class,
          SuspendCommand.class,
          ResumeCommand.class,
          DropCommand.class,
          ScrubCommand.class,
          UnfinishedCommand.class,
          TokenCommand.class,
          DoctorCommand.class,
          AutoComplete.GenerateCompletion.class);

  /** What the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = ForebayCommand.class.getPackage().getImplementationVersion();
      return new String[] {
        "forebay " + (version == null ? "(not from a jar)" : version),
        "Java " + Runtime.version() + ", " + System.getProperty("java.vendor")
      };
    }
  }

  /** What the JDK tells by the type of a failure alone. */
  private static final Map<Class<?>, String> HOW =
      Map.of(
          NoSuchFileException.class, "no such file or directory",
          AccessDeniedException.class, "permission denied",
          NotDirectoryException.class, "is a file, not a directory",
          FileAlreadyExistsException.class, "exists already and is not a directory",
          DirectoryNotEmptyException.class, "is not empty");

  /** As a shell has it for other commands. */
  private static final int ENDED_BY_SIGPIPE = 128 + 13;

  private ForebayCommand() {}

  public static void main(String[] arguments) {
    LogOptions.problem().ifPresent(ForebayCommand::refuse);
    CommandLine command = commandLine(arguments);
    int status = command.execute(arguments);
    command.getOut().flush();
    // A stream for printing keeps its failures to itself.
    if (System.out.checkError() && status == CommandLine.ExitCode.OK) {
      status = explainOutput();
    }
    System.exit(status);
  }

  /** A reader that has enough, such as head, is no failure that anybody wants to hear of. */
  private static int explainOutput() {
    try (FileOutputStream again = new FileOutputStream(FileDescriptor.out)) {
      again.write('\n');
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("Broken pipe")) {
        return ENDED_BY_SIGPIPE;
      }
    }
    System.err.println("forebay: cannot write all of the output; check that its disk is not full");
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static void refuse(String problem) {
    System.err.println("forebay: " + problem);
    System.exit(CommandLine.ExitCode.USAGE);
  }

  /** A mistake in an argument is wrong usage, and said in the parser's own words. */
  private static <T> T converted(Function<String, T> parser, String text) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  private static Address.Tcp hostAndPort(String text) {
    try {
      URI uri = new URI("http://" + text);
      if (uri.getHost() != null && uri.getPort() > 0 && text.equals(uri.getAuthority())) {
        return new Address.Tcp(uri.getHost(), uri.getPort());
      }
    } catch (URISyntaxException e) {
      // As below.
    }
    throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
  }

  /** What failed; the JDK leaves it to the type of some failures to say how. */
  private static String reason(Throwable failure) {
    String message = failure.getMessage();
    if (failure instanceof FileSystemException file && file.getReason() == null) {
      return file.getFile() + ": " + HOW.getOrDefault(file.getClass(), "cannot be used");
    }
    return message == null || message.isBlank() ? failure.toString() : message;
  }

  /** What failed first, and what was tried instead of it. */
  private static String message(Throwable failure) {
    StringBuilder text = new StringBuilder(reason(failure));
    for (Throwable later : failure.getSuppressed()) {
      text.append("; then: ").append(message(later));
    }
    return text.toString();
  }

  /**
   * The command, to be executed.
   *
   * @param arguments that it will be executed with, if they are known: the subcommand that is asked
   *     for is enough then, and who waits for a mount to go on waits for less
   */
  public static CommandLine commandLine(String... arguments) {
    CommandLine command = new CommandLine(new ForebayCommand());
    Optional<Class<?>> asked =
        named(OWN.stream(), arguments).or(() -> named(provided(), arguments));
    if (asked.isPresent() && asked.get() != AutoComplete.GenerateCompletion.class) {
      command.addSubcommand(asked.get());
    } else if (asked.isEmpty() && arguments.length <= 1) {
      all().forEach(c -> command.addSubcommand(described(c)));
    } else {
      all().forEach(command::addSubcommand);
    }
    command.registerConverter(Duration.class, text -> converted(Durations::parse, text));
    command.registerConverter(
        Address.Tcp.class, text -> converted(ForebayCommand::hostAndPort, text));
    command.registerConverter(Role.class, text -> converted(Role::parse, text));
    command.registerConverter(SnapshotId.class, text -> converted(SnapshotId::new, text));
    command.setExecutionExceptionHandler(
        (failure, line, result) -> {
          line.getErr().println(line.getColorScheme().errorText("forebay: " + message(failure)));
          return CommandLine.ExitCode.SOFTWARE;
        });
    return command;
  }

  /** Those of other artifacts. To look for them is to look into each jar of the class path. */
  private static Stream<Class<?>> provided() {
    return ServiceLoader.load(CommandProvider.class).stream()
        .flatMap(provider -> provider.get().commands().stream());
  }

  private static Stream<Class<?>> all() {
    return Stream.concat(OWN.stream(), provided());
  }

  private static Optional<Class<?>> named(Stream<Class<?>> commands, String... arguments) {
    return commands.filter(command -> isNamed(command, arguments)).findFirst();
  }

  /** Its name and what it is for: enough for a list of all, and made in no time. */
  private static CommandSpec described(Class<?> command) {
    Command annotation = command.getAnnotation(Command.class);
    CommandSpec spec = CommandSpec.create().name(annotation.name());
    spec.usageMessage().description(annotation.description()).hidden(annotation.hidden());
    return spec;
  }

  private static boolean isNamed(Class<?> command, String... arguments) {
    return arguments.length > 0 && command.getAnnotation(Command.class).name().equals(arguments[0]);
  }
}
