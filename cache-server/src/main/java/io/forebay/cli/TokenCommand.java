package io.forebay.cli;

import io.forebay.server.access.Grant;
import io.forebay.server.access.OwnerFile;
import io.forebay.server.access.Role;
import io.forebay.server.access.TokenKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes the tokens that servers with {@code tokens.key} ask for. */
@Command(
    name = "token",
    description = {
      "Makes a token with which clients read data sets, or a key that signs tokens.",
      "A server needs a token for each data set over TCP if its setting tokens.key names such a key."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Examples:",
      "  forebay token --new-key /etc/forebay/tokens.key",
      "  forebay token --key /etc/forebay/tokens.key --data-set images --for alice --expires 7d \\",
      "    --out alice.token",
      "  FOREBAY_TOKEN_FILE=alice.token forebay ls --server 10.0.0.1:7070 images"
    })
final class TokenCommand implements Callable<Integer> {

  @ArgGroup(multiplicity = "1")
  private What what;

  @ArgGroup private Which which = new Which();

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description =
          "read: reads files and names. operate: also loads, pins, prunes, uses other snapshots (default:"
              + " read).")
  private Role role = Role.READ;

  @Option(
      names = "--expires",
      paramLabel = "DURATION",
      defaultValue = "30d",
      description = "How long the token is valid (default: ${DEFAULT-VALUE}).")
  private Duration expires;

  @Option(
      names = "--for",
      paramLabel = "NAME",
      description = "Whom the token is for; the server's log names it.")
  private String holder = "unknown";

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "File for the token, for its owner alone; replaced at once (default: stdout).")
  private Path out;

  @Spec private CommandSpec spec;

  /** One or the other. */
  private static final class What {

    @Option(
        names = "--new-key",
        paramLabel = "FILE",
        description = "Makes a new key in this file, which must not exist.")
    private Path newKey;

    @Option(
        names = "--key",
        paramLabel = "FILE",
        description = "File of the key that signs the token.")
    private Path key;
  }

  /** Likewise. */
  private static final class Which {

    @Option(
        names = "--data-set",
        paramLabel = "NAME",
        description = "Data set that the token is for; repeatable.")
    private List<String> dataSets = List.of();

    @Option(names = "--all", description = "The token is for all data sets.")
    private boolean all;
  }

  @Override
  public Integer call() throws IOException {
    if (what.newKey != null) {
      TokenKey.create(what.newKey);
      return 0;
    }
    if (which.dataSets.isEmpty() && !which.all) {
      throw new ParameterException(
          spec.commandLine(), "a token is for some data sets: --data-set NAME, or --all");
    }
    Grant grant =
        new Grant(
            holder,
            which.all ? List.of(Grant.ALL) : which.dataSets,
            role,
            Instant.now().plus(expires));
    String token = new TokenKey(what.key).sign(grant);
    if (out == null) {
      spec.commandLine().getOut().println(token);
    } else {
      OwnerFile.replace(out, token + "\n");
    }
    return 0;
  }
}
