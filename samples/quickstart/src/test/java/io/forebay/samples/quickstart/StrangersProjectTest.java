package io.forebay.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A project outside of this tree depends on the SDK as docs/java.md says. Its local repository has
 * what 'mvn install' puts there of this build, and everything else from the machine's.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StrangersProjectTest {

  private static final Path TREE = Path.of("../..");

  private static final String PROJECT =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>example</groupId>
        <artifactId>trainer</artifactId>
        <version>1</version>
        <properties>
          <maven.compiler.release>17</maven.compiler.release>
          <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
        </properties>
        <dependencyManagement>
          <dependencies>
            <dependency>
              <groupId>io.forebay</groupId>
              <artifactId>forebay-bom</artifactId>
              <version>VERSION</version>
              <type>pom</type>
              <scope>import</scope>
            </dependency>
          </dependencies>
        </dependencyManagement>
        <dependencies>
          <dependency>
            <groupId>io.forebay</groupId>
            <artifactId>forebay-sdk-dataset</artifactId>
          </dependency>
          MORE
        </dependencies>
        <build>
          <plugins>
            PLUGINS
          </plugins>
        </build>
      </project>
      """;

  private static final String CLIENT_OF_OSS =
      """
      <dependency>
        <groupId>io.forebay</groupId>
        <artifactId>forebay-understore-oss</artifactId>
        <type>pom</type>
      </dependency>
      """;

  private static final String MAIN =
      """
      import io.forebay.DataSet;
      import io.forebay.FileStatus;
      import io.forebay.Forebay;
      import java.nio.file.Path;

      public class Trainer {
        public static void main(String[] arguments) throws Exception {
          try (Forebay forebay = Forebay.embedded(Path.of(arguments[0]))) {
            DataSet data = forebay.dataSet(arguments[1]);
            for (FileStatus file : data.walk("")) {
              System.out.println(file.path() + " " + data.read(file.path()).remaining());
            }
          }
        }
      }
      """;

  @TempDir private Path directory;
  private Path repository;
  private Path project;
  private String version;

  @BeforeEach
  void install() throws IOException {
    version = ownVersion();
    repository = Files.createDirectory(directory.resolve("repository"));
    linkAll(
        Path.of(System.getProperty("user.home"), ".m2", "repository"), repository, List.of("io"));
    for (String module :
        List.of("", "bom", "sdk-core", "sdk-core/understores/oss", "sdk-dataset")) {
      install(TREE.resolve(module));
    }
    project = Files.createDirectories(directory.resolve("project/src/main/java"));
    Files.writeString(project.resolve("Trainer.java"), MAIN);
    project = directory.resolve("project");
  }

  private static String ownVersion() throws IOException {
    String pom = Files.readString(TREE.resolve("pom.xml"));
    return pom.split("<version>", 2)[1].split("</version>", 2)[0];
  }

  /** Whatever a repository has, but with directories of its own on the way to what is ours. */
  private static void linkAll(Path from, Path to, List<String> own) throws IOException {
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.toList()) {
        Path link = to.resolve(entry.getFileName());
        if (own.contains(entry.getFileName().toString())) {
          linkAll(entry, Files.createDirectory(link), List.of());
        } else {
          Files.createSymbolicLink(link, entry);
        }
      }
    }
    Files.deleteIfExists(to.resolve("forebay"));
  }

  /** As 'mvn install' does. */
  private void install(Path module) throws IOException {
    Path pom = module.resolve("pom.xml");
    String text = Files.readString(pom);
    String own = text.contains("</parent>") ? text.split("</parent>", 2)[1] : text;
    String artifact = own.split("<artifactId>", 2)[1].split("</artifactId>", 2)[0];
    Path target =
        Files.createDirectories(repository.resolve("io/forebay/" + artifact + "/" + version));
    Files.copy(pom, target.resolve(artifact + "-" + version + ".pom"));
    Path jar = module.resolve("target/" + artifact + "-" + version + ".jar");
    if (Files.exists(jar)) {
      Files.copy(jar, target.resolve(jar.getFileName()));
      Path sources = module.resolve("target/" + artifact + "-" + version + "-sources.jar");
      assertThat(sources).as("for debuggers").exists();
    }
  }

  /** So that this needs nothing that the build of the tree did not. */
  private static String pluginsAsTheTreeHasThem() throws IOException {
    String pom = Files.readString(TREE.resolve("pom.xml"));
    StringBuilder plugins = new StringBuilder();
    for (String name : List.of("resources", "compiler", "dependency")) {
      String artifact = "<artifactId>maven-" + name + "-plugin</artifactId>";
      String pluginVersion =
          pom.split(artifact, 2)[1].split("<version>", 2)[1].split("</version>", 2)[0];
      plugins.append("<plugin>" + artifact + "<version>" + pluginVersion + "</version></plugin>\n");
    }
    return plugins.toString();
  }

  @Test
  void compilesAndReadsADataSet() throws Exception {
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.writeString(data.resolve("1"), "bytes");
    List<Path> classPath = build("");
    Said said = run(classPath, directory.resolve("cache").toString(), data.toUri().toString());
    assertThat(said.status()).as(said.err()).isZero();
    assertThat(said.out()).isEqualTo("1 5\n");
    assertThat(said.err())
        .as("that warnings are lost without a provider of SLF4J is said")
        .containsOnlyOnce("No SLF4J providers were found");
    assertThat(run(classPath, directory.resolve("cache").toString(), "s3://bucket/root").err())
        .contains("not on the class path; add io.forebay:forebay-understore-s3 (type pom)");
  }

  /** Each library that a user gets, with its size and the reason. */
  @Test
  void itsClassPathIsTheOneThatTheDocumentLists() throws Exception {
    List<Path> plain = jars("");
    List<Path> withOss = new ArrayList<>(jars(CLIENT_OF_OSS));
    assertThat(withOss).containsAll(plain);
    withOss.removeAll(plain);
    assertListed("`forebay-sdk-dataset` has ", plain);
    assertListed("`forebay-understore-oss` adds ", withOss);
  }

  private List<Path> jars(String dependency) throws Exception {
    return build(dependency).stream().filter(p -> p.toString().endsWith(".jar")).toList();
  }

  private static void assertListed(String what, List<Path> jars) throws IOException {
    String document = Files.readString(TREE.resolve("docs/java.md"));
    List<String> missing = new ArrayList<>();
    double megabytes = 0;
    for (Path jar : jars) {
      String name = jar.getFileName().toString().replaceFirst("-\\d.*", "");
      megabytes += Files.size(jar) / 1e6;
      if (!document.contains("`" + name + "`")) {
        missing.add(name + String.format(Locale.ROOT, " %.2f", Files.size(jar) / 1e6));
      }
    }
    assertThat(missing).isEmpty();
    assertThat(document).contains(what + jars.size() + " jars, " + Math.round(megabytes) + " MB");
  }

  /**
   * @param dependency beside that on the SDK, if not empty
   */
  private List<Path> build(String dependency) throws Exception {
    Files.writeString(
        project.resolve("pom.xml"),
        PROJECT
            .replace("VERSION", version)
            .replace("MORE", dependency)
            .replace("PLUGINS", pluginsAsTheTreeHasThem()));
    Path classPath = project.resolve("classpath");
    Said maven =
        said(
            new ProcessBuilder(
                "mvn",
                "-B",
                "-o",
                "-q",
                "-Dmaven.repo.local=" + repository,
                "compile",
                "dependency:build-classpath",
                "-Dmdep.outputFile=" + classPath));
    assertThat(maven.status()).as(maven.out() + maven.err()).isZero();
    List<Path> all = new ArrayList<>(List.of(project.resolve("target/classes")));
    for (String jar : Files.readString(classPath).strip().split(File.pathSeparator, -1)) {
      all.add(Path.of(jar));
    }
    return all;
  }

  private Said run(List<Path> classPath, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("java", "-cp"));
    command.add(String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList()));
    command.add("Trainer");
    command.addAll(List.of(arguments));
    return said(new ProcessBuilder(command));
  }

  private record Said(int status, String out, String err) {}

  private Said said(ProcessBuilder command) throws Exception {
    Path err = Files.createTempFile(directory, "err", "");
    Process process = command.directory(project.toFile()).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), out, Files.readString(err));
  }
}
