package io.forebay.cli;

import io.forebay.DataFile;
import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Copies files out of a data set. */
@Command(
    name = "cp",
    description = {
      "Copies files or whole directories from a data set to local disk.",
      "A file gets its name when it is complete."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay cp --node /var/lib/forebay images val /tmp/val"})
final class CopyCommand implements Callable<Integer> {

  @Mixin private Client client;

  @Parameters(
      index = "0",
      paramLabel = "DATASET",
      description = "Name or root URI of the data set.")
  private String dataSet;

  @Parameters(index = "1", paramLabel = "PATH", description = "A file or directory.")
  private String path;

  @Parameters(index = "2", paramLabel = "TARGET", description = "A local file or directory.")
  private Path target;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    try (Forebay forebay = client.open(dataSet)) {
      DataSet data = forebay.dataSet(dataSet);
      FileStatus at = data.stat(path);
      LongAdder files = new LongAdder();
      if (at.directory()) {
        data.walk(
            path,
            file -> {
              String below =
                  at.path().isEmpty() ? file.path() : file.path().substring(at.path().length() + 1);
              copy(data, file, target.resolve(below));
              files.increment();
            });
      } else {
        copy(data, at, Files.isDirectory(target) ? target.resolve(at.name()) : target);
        files.increment();
      }
      spec.commandLine().getOut().println(Count.of(files.sum(), "file") + " copied to " + target);
      spec.commandLine().getOut().flush();
    }
    return 0;
  }

  private static void copy(DataSet data, FileStatus file, Path to) throws IOException {
    Path absolute = to.toAbsolutePath();
    Files.createDirectories(absolute.getParent());
    Path unfinished = absolute.resolveSibling(absolute.getFileName() + ".unfinished");
    try (DataFile open = data.open(file);
        InputStream in = open.asInputStream()) {
      Files.copy(in, unfinished, StandardCopyOption.REPLACE_EXISTING);
      Files.move(unfinished, absolute, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
