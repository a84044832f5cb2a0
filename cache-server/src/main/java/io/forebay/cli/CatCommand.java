package io.forebay.cli;

import io.forebay.DataFile;
import io.forebay.Forebay;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Writes files to standard output. */
@Command(
    name = "cat",
    description = "Writes files of a data set to standard output, in the given order.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay cat --node /var/lib/forebay images labels.txt | head"})
final class CatCommand implements Callable<Integer> {

  @Mixin private Client client;

  @Parameters(
      index = "0",
      paramLabel = "DATASET",
      description = "Name or root URI of the data set.")
  private String dataSet;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "PATH", description = "Files to write.")
  private List<String> paths;

  @Override
  public Integer call() throws Exception {
    try (Forebay forebay = client.open(dataSet)) {
      OutputStream out = System.out;
      for (String path : paths) {
        try (DataFile file = forebay.dataSet(dataSet).open(path);
            InputStream in = file.asInputStream()) {
          in.transferTo(out);
        }
      }
      out.flush();
    }
    return 0;
  }
}
