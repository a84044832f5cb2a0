package io.forebay.kubernetes.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * The image of servers, mounts and all else: a Java runtime with the modules that are needed, and
 * Forebay in {@code /forebay}, as it is installed elsewhere. Its containers run the {@code forebay}
 * command, as a user that is not root, and write nowhere but below {@code /tmp} and in volumes.
 */
public final class ForebayImage {

  /** As others have it for users without rights. */
  public static final String USER = "65532";

  private static final String HOME = "/forebay";
  private static final String JAVA = "/java";

  /** What our libraries ask for, found by running with less. */
  private static final List<String> MODULES =
      List.of(
          "java.base",
          "java.compiler",
          "java.instrument",
          "java.logging",
          "java.management",
          "java.naming",
          "java.net.http",
          "java.rmi",
          "java.security.jgss",
          "java.security.sasl",
          "java.sql",
          "java.xml",
          "jdk.httpserver",
          "jdk.jfr",
          "jdk.management",
          "jdk.net",
          "jdk.naming.dns",
          "jdk.security.auth",
          "jdk.unsupported",
          "jdk.zipfs");

  private ForebayImage() {}

  /**
   * Writes the image.
   *
   * @param archive takes it
   * @param name of the image, with its tag
   * @param classPath jars, and directories of classes
   * @param installed has {@code bin} and {@code lib/java.sh}, as what is installed does
   * @param jdk that has jlink
   */
  public static void write(
      Path archive, String name, List<Path> classPath, Path installed, Path jdk)
      throws IOException, InterruptedException {
    Path work = Files.createTempDirectory("forebay-image-");
    try {
      Path runtime = work.resolve("runtime");
      Commands.output(
          jdk.resolve("bin/jlink").toString(),
          "--add-modules=" + String.join(",", MODULES),
          "--strip-debug",
          "--no-man-pages",
          "--no-header-files",
          "--generate-cds-archive",
          "--output=" + runtime);
      Layer below = Userland.layer(runtime, USER).tree(JAVA, runtime);
      Layer libraries = new Layer();
      Layer own = new Layer();
      List<String> names = new ArrayList<>();
      for (Path entry : classPath) {
        Path jar = Files.isDirectory(entry) ? jar(entry, work, names.size()) : entry;
        String file = jar.getFileName().toString();
        names.add(file);
        (file.startsWith("forebay-") ? own : libraries).file(HOME + "/lib/" + file, jar);
      }
      own.file(HOME + "/lib/forebay.jar", pathing(work, names))
          .file(HOME + "/lib/java.sh", installed.resolve("lib/java.sh"))
          .tree(HOME + "/bin", installed.resolve("bin"))
          .link("/bin/forebay", HOME + "/bin/forebay");
      new ImageArchive(
              name,
              List.of(HOME + "/bin/forebay"),
              USER,
              Map.of("PATH", "/bin:/usr/bin", "JAVA_HOME", JAVA, "HOME", "/tmp"))
          .write(archive, List.of(below, libraries, own));
    } finally {
      delete(work);
    }
  }

  /** One that brings all others to the class path, in their order. */
  private static Path pathing(Path work, List<String> names) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", names));
    Path jar = work.resolve("forebay.jar");
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    return jar;
  }

  private static Path jar(Path classes, Path work, int number) throws IOException {
    Path jar = work.resolve("forebay-classes-" + number + ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile).sorted()::iterator) {
        ZipEntry entry = new ZipEntry(classes.relativize(file).toString());
        entry.setTime(0);
        out.putNextEntry(entry);
        Files.copy(file, out);
      }
    }
    return jar;
  }

  private static void delete(Path work) throws IOException {
    try (Stream<Path> tree = Files.walk(work)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
