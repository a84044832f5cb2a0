package io.forebay.kubernetes.cli;

import io.forebay.kubernetes.image.ForebayImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a container image of this Forebay. */
@Command(
    name = "image",
    description = {
      "Makes a container image of this Forebay, without a container daemon and without a registry: a",
      "file for docker load, podman load, ctr images import or skopeo copy docker-archive:FILE.",
      "It has a Java runtime made of this JDK, bash and BusyBox of this machine, and Forebay."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Examples:",
      "  forebay image --output forebay.tar && docker load --input forebay.tar",
      "  forebay image --output forebay.tar --name registry.example.com/forebay:1",
      "  ctr -n k8s.io images import forebay.tar"
    })
final class ImageCommand implements Callable<Integer> {

  /** Set by the launcher: the tree that has bin and lib/java.sh. */
  private static final String INSTALLED = "forebay.installed";

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "Takes the image; replaced when it is complete.")
  private Path output;

  @Option(
      names = "--name",
      paramLabel = "NAME:TAG",
      defaultValue = "forebay:0.1.0-SNAPSHOT",
      description = "Name of the image (default: ${DEFAULT-VALUE}, as the chart has it).")
  private String name;

  @Override
  public Integer call() throws Exception {
    String installed = System.getProperty(INSTALLED);
    if (installed == null) {
      throw new IOException("run it with bin/forebay of what is installed, or with ./forebay");
    }
    ForebayImage.write(
        output, name, classPath(), Path.of(installed), Path.of(System.getProperty("java.home")));
    System.out.printf("%s has %s (%,d MB)%n", output, name, Files.size(output) / 1_000_000);
    return CommandLine.ExitCode.OK;
  }

  /** One jar stands for all beside it, which its manifest names. */
  private static List<Path> classPath() throws IOException {
    List<Path> entries =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(Path::of)
            .toList();
    if (entries.size() > 1) {
      return entries;
    }
    try (Stream<Path> jars = Files.list(entries.get(0).toAbsolutePath().getParent())) {
      return jars.filter(jar -> jar.toString().endsWith(".jar")).sorted().toList();
    }
  }
}
