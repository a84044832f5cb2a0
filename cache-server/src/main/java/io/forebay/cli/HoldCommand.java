package io.forebay.cli;

import io.forebay.fuse.hold.DescriptorStore;
import io.forebay.fuse.hold.StoreSocket;
import io.forebay.fuse.mount.HeldMount;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Holds mounts while their processes come and go. */
@Command(
    name = "hold",
    description = {
      "Holds mounts that were mounted with --hold while their processes are replaced.",
      "Runs in the foreground; when it is restarted, the processes of the mounts give it what it held."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Examples:",
      "  forebay hold --socket /run/forebay/hold.sock",
      "  forebay hold --socket /run/forebay/hold.sock --list"
    })
final class HoldCommand implements Callable<Integer> {

  @Option(
      names = "--socket",
      paramLabel = "SOCKET",
      required = true,
      description = "Socket for the processes of mounts; only this user has access.")
  private Path socket;

  @Option(
      names = "--list",
      description =
          "Prints what the process at the socket holds: whether it is served, data set, mount point,"
              + " options.")
  private boolean list;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (list) {
      for (HeldMount mount : HeldMount.list(new StoreSocket(socket))) {
        spec.commandLine()
            .getOut()
            .printf(
                Locale.ROOT,
                "%-7s %s %s %s%n",
                mount.served() ? "served" : "waiting",
                mount.request().dataSet(),
                mount.request().point(),
                mount.request().options());
      }
      return 0;
    }
    DescriptorStore.run(socket);
    return 0;
  }
}
