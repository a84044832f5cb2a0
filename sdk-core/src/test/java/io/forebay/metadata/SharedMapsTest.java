package io.forebay.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.FileStatus;
import io.forebay.file.FileId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedMapsTest {

  @TempDir Path directory;

  private SharedMaps generation(String generation) throws IOException {
    return SharedMaps.create(directory, generation, 10_000, new MapCircuitBreaker(kind -> {}));
  }

  @Nested
  class SharedNamespaceTest extends NamespaceContract {
    @Override
    Namespace create() throws IOException {
      SharedMaps maps = generation("g");
      maps.residency().close();
      return maps.namespace();
    }
  }

  @Test
  void whatOneOpeningWritesAnotherReads() throws IOException {
    SharedMaps owner = generation("g");
    SharedMaps reader = generation("g");
    FileStatus file = FileStatus.file("p", 5, 6, "etag");
    FileId id = FileId.of("d", file);
    owner.namespace().put("d", file);
    owner.residency().put(id, new Residency.Location(0, 5));

    assertThat(reader.namespace().stat("d", "p")).contains(file);
    assertThat(reader.residency().find(id)).contains(new Residency.Location(0, 5));
    owner.residency().remove(id);
    assertThat(reader.residency().find(id)).isEmpty();
    owner.close();
    reader.close();
  }

  @Test
  void openingThemRunsNoCompiler() throws Exception {
    SharedMaps maps = generation("g");
    try {
      Class<?> implementation =
          Class.forName(VanillaGlobalMutableState.class.getName() + "$$Native");
      assertThat(implementation.getResource(implementation.getSimpleName() + ".class"))
          .as("a class of the build, see MapClasses")
          .isNotNull();
    } finally {
      maps.close();
    }
  }

  /** Opens maps and prints what it finds in them. */
  static final class Opening {
    public static void main(String[] arguments) throws IOException {
      SharedMaps maps = SharedMaps.open(Path.of(arguments[0]), "g");
      maps.namespace().put("d", FileStatus.file("p", 5, 6, "etag"));
      System.out.println("found " + maps.namespace().stat("d", "p").orElseThrow().size());
      maps.close();
    }
  }

  @Test
  void aRuntimeWithoutTheJavaCompilerOpensThem() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(SharedMaps.JVM_FLAGS.split(" ", -1)));
    command.addAll(List.of("--limit-modules", "java.se,jdk.unsupported", "-Xmx64m", "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.addAll(List.of(Opening.class.getName(), directory.toString()));
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(output)).contains("found 5");
  }

  @Test
  void anErrorOfTheLibraryLeavesTheMapsAlone() {
    List<MapCircuitBreaker.Kind> told = new ArrayList<>();
    MapCircuitBreaker trouble = new MapCircuitBreaker(told::add);
    for (int i = 0; i < 2; i++) {
      Object nothing =
          trouble.call(
              () -> {
                throw new InternalError("a fault occurred in a recent unsafe memory access");
              });
      assertThat(nothing).isNull();
    }
    assertThat(trouble.<String>call(() -> "not asked for any more")).isNull();
    assertThat(told).containsExactly(MapCircuitBreaker.Kind.BROKEN);
  }

  @Test
  void aNewGenerationStartsEmptyAndTheOldFilesGo() throws IOException {
    SharedMaps old = generation("g1");
    old.namespace().put("d", FileStatus.file("p", 5, 6, "etag"));
    SharedMaps young = generation("g2");
    SharedMaps.deleteOthers(directory, "g2");

    assertThat(young.namespace().stat("d", "p")).isEmpty();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).allMatch(f -> f.toString().endsWith(".g2"));
    }
    // Whoever still has the old ones open can go on reading them.
    assertThat(old.namespace().stat("d", "p")).isPresent();
    old.close();
    young.close();
  }

  @Test
  void aMapThatWasClosedHasNothingAndDoesNotFail() throws IOException {
    SharedMaps maps = generation("g");
    maps.close();
    assertThat(maps.namespace().stat("d", "p")).isEmpty();
    assertThat(maps.residency().find(new FileId(1, 2))).isEmpty();
  }

  @Test
  void aFileListBecomesATreeAtOnceAndTheOldOneIsGivenBack() throws Exception {
    SharedMaps maps = generation("g");
    Namespace names = maps.namespace();
    List<FileStatus> files = new ArrayList<>();
    for (String path : List.of("a", "a-b/c", "a/b/c", "a/b/d", "a/e", "marker", "z/y/x/w")) {
      files.add(FileStatus.file(path, path.length(), 7, "0A0B"));
    }
    files.set(5, FileStatus.directory("marker"));
    names.put("d", FileStatus.file("former", 1, 2, "e"));
    names.put("dropped", FileStatus.file("f", 1, 2, "e"));
    names.replace(
        "d",
        visitor -> {
          for (FileStatus file : files) {
            visitor.visit(file);
          }
        },
        files.size());

    assertThat(names.stat("d", "former")).isEmpty();
    assertThat(names.stat("d", "a")).contains(files.get(0));
    assertThat(names.stat("d", "a/b")).contains(FileStatus.directory("a/b"));
    assertThat(names.stat("d", "a/b/d")).contains(files.get(3));
    assertThat(paths(names, "")).containsExactlyInAnyOrder("a", "a", "a-b", "marker", "z");
    assertThat(paths(names, "a")).containsExactlyInAnyOrder("a/b", "a/e");
    assertThat(paths(names, "marker")).isEmpty();
    assertThat(paths(names, "z/y/x")).containsExactly("z/y/x/w");

    long before = maps.names();
    maps.removeAllBut(Set.of("d"));
    assertThat(maps.names()).isEqualTo(before - 2);
    assertThat(names.stat("d", "a/e")).isPresent();
    assertThat(names.stat("dropped", "f")).isEmpty();
    maps.close();
  }

  private static List<String> paths(Namespace names, String directory) {
    return names.list("d", directory).orElseThrow().stream().map(FileStatus::path).toList();
  }
}
