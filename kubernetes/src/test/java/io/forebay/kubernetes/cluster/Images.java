package io.forebay.kubernetes.cluster;

import io.forebay.kubernetes.image.ForebayImage;
import io.forebay.kubernetes.image.ImageArchive;
import io.forebay.kubernetes.image.Layer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Images of a test's cluster, which reaches no registry. */
public final class Images {

  /** Has a shell and the usual commands. */
  public static final String BUSYBOX = "forebay.test/busybox:1";

  public static final String FOREBAY = "forebay.test/forebay:1";

  private Images() {}

  /** The sandbox of pods. */
  static Path pause(Path directory, Path program, String name) throws IOException {
    Path archive = directory.resolve("pause.tar");
    new ImageArchive(name, List.of("/pause"), "65535", Map.of())
        .write(archive, List.of(new Layer().file("/pause", program)));
    return archive;
  }

  static Path busybox(Path directory) throws IOException {
    Path program = Path.of("/bin/busybox").toRealPath();
    Layer layer = new Layer().file("/bin/busybox", program).directory("/tmp", 01777);
    Process list = new ProcessBuilder(program.toString(), "--list").start();
    try (Stream<String> applets = list.inputReader().lines()) {
      applets
          .filter(applet -> !applet.equals("busybox"))
          .forEach(applet -> layer.link("/bin/" + applet, "busybox"));
    }
    Path archive = directory.resolve("busybox.tar");
    new ImageArchive(BUSYBOX, List.of("/bin/sh"), "0", Map.of("PATH", "/bin"))
        .write(archive, List.of(layer));
    return archive;
  }

  /** Of the code that is being tested. */
  static Path forebay(Path directory) throws IOException, InterruptedException {
    List<Path> classPath =
        Stream.concat(
                Stream.of(Path.of("target/classes").toAbsolutePath()),
                Stream.of(Files.readString(Path.of("target/classpath")).split(File.pathSeparator))
                    .map(Path::of))
            .toList();
    Path archive = directory.resolve("forebay.tar");
    ForebayImage.write(
        archive,
        FOREBAY,
        classPath,
        Path.of("../cache-server/src/dist"),
        Path.of(System.getProperty("java.home")));
    return archive;
  }
}
