package io.forebay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.forebay.server.Command;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process of which a mount's class archive is made. */
class TrainingRunTest {

  @TempDir private Path directory;

  /** It ran first once, and the mount beside it cached nothing for the rest of its life. */
  @Test
  void doesNotBecomeTheOwnerOfTheMountsCache() throws IOException, InterruptedException {
    assumeThat(Files.isWritable(Path.of("/dev/fuse"))).as("/dev/fuse can be used").isTrue();
    Path source = Files.createDirectory(directory.resolve("source"));
    Files.writeString(source.resolve("file"), "content");
    Path point = Files.createDirectories(directory.resolve("training/mnt"));
    Path cache = directory.resolve("cache");
    ConnectionOptions nobody =
        new ConnectionOptions(Optional.empty(), List.of(), Map.of(), new ClientFiles(Map.of()));
    List<String> arguments = new ArrayList<>(List.of(point.toString(), "file://" + source, ""));
    arguments.addAll(new Bridge(Optional.of(cache), nobody, Optional.empty()).arguments());
    Process run =
        Command.java(Bridge.class, arguments.toArray(String[]::new))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    try (Writer input = run.outputWriter()) {
      input.write("\n"); // no options
    }
    assertThat(run.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(run.exitValue()).as(Files.readString(directory.resolve("log"))).isZero();
    assertThat(cache).doesNotExist();
    assertThat(point.resolveSibling("cache")).isDirectory();
    assertThat(point).isEmptyDirectory();
  }
}
