package io.forebay.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.fuse.mount.Mount;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Assumptions;

/** A mount that is written gives the bytes, names and errors of a directory of a local disk. */
class MountModelTest {

  private static final List<String> NAMES =
      List.of("a", "b", "d", "d/a", "d/b", "d/e", "d/e/a", "no/such", "ü 中");

  private static Path directory;
  private static MountedBucket bucket;
  private static Mount mount;

  /** What is done below a root, and what one sees of it. */
  interface Operation {
    String on(Path root) throws IOException;
  }

  /** What is done and shows nothing but its error. */
  interface Action {
    void on(Path root) throws IOException;
  }

  private static Named action(String name, Action action) {
    return new Named(
        name,
        root -> {
          action.on(root);
          return "";
        });
  }

  record Named(String name, Operation operation) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeContainer
  static void mount() throws IOException {
    if (!Files.isWritable(Path.of("/dev/fuse"))) {
      return;
    }
    directory = Files.createTempDirectory("forebay-model-");
    bucket = new MountedBucket(directory);
    mount = bucket.mount("rw");
    Files.createDirectory(directory.resolve("plain"));
  }

  @AfterContainer
  static void unmount() throws IOException {
    if (mount != null) {
      bucket.close();
      clear(directory);
      Files.delete(directory);
    }
  }

  @Property(tries = 300)
  void aMountIsWhatADirectoryIs(@ForAll("operations") List<Named> operations) throws IOException {
    Assumptions.assumeTrue(mount != null, "/dev/fuse can be used");
    Path plain = directory.resolve("plain");
    clear(plain);
    clear(mount.point());
    for (Named each : operations) {
      assertThat(outcome(each.operation, mount.point()))
          .as("%s of %s", each, operations)
          .isEqualTo(outcome(each.operation, plain));
    }
    assertThat(tree(mount.point())).as("after %s", operations).isEqualTo(tree(plain));
  }

  private static String outcome(Operation operation, Path root) {
    try {
      return operation.on(root);
    } catch (FileSystemException e) {
      return e.getClass().getSimpleName() + " " + e.getReason();
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private static List<String> tree(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      return tree.map(
              path ->
                  root.relativize(path)
                      + (Files.isDirectory(path) ? "/" : " " + outcome(same -> hash(path), root)))
          .sorted()
          .toList();
    }
  }

  private static String hash(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return bytes.length + " " + Arrays.hashCode(bytes);
  }

  private static void clear(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
        if (!path.equals(root)) {
          Files.delete(path);
        }
      }
    }
  }

  private static byte[] bytes(int size, int seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static Arbitrary<Named> writing(
      String verb,
      Arbitrary<String> names,
      Arbitrary<Integer> sizes,
      Arbitrary<Integer> seeds,
      OpenOption... options) {
    return Combinators.combine(names, sizes, seeds)
        .as(
            (name, size, seed) ->
                action(
                    verb + " " + name + " " + size,
                    root -> Files.write(root.resolve(name), bytes(size, seed), options)));
  }

  @Provide
  Arbitrary<List<Named>> operations() {
    Arbitrary<String> names = Arbitraries.of(NAMES);
    Arbitrary<Integer> sizes = Arbitraries.of(0, 1, 4_096, 5_000, 200_000);
    Arbitrary<Integer> seeds = Arbitraries.integers().between(0, 9);
    Arbitrary<Named> write = writing("write", names, sizes, seeds);
    Arbitrary<Named> append = writing("append to", names, sizes, seeds, StandardOpenOption.APPEND);
    Arbitrary<Named> create =
        names.map(name -> action("create " + name, root -> Files.createFile(root.resolve(name))));
    Arbitrary<Named> read =
        names.map(name -> new Named("read " + name, root -> hash(root.resolve(name))));
    Arbitrary<Named> delete =
        names.map(name -> action("delete " + name, root -> Files.delete(root.resolve(name))));
    Arbitrary<Named> makeDirectory =
        names.map(
            name -> action("mkdir " + name, root -> Files.createDirectory(root.resolve(name))));
    Arbitrary<Named> list = names.map(name -> new Named("list " + name, root -> list(root, name)));
    Arbitrary<Named> rename =
        Combinators.combine(names, names)
            .as(
                (from, to) ->
                    action("rename " + from + " to " + to, root -> renameFile(root, from, to)));
    return Arbitraries.oneOf(
            List.of(write, write, append, create, read, delete, makeDirectory, list, rename))
        .list()
        .ofMinSize(1)
        .ofMaxSize(30);
  }

  /** Object stores cannot rename directories. */
  private static void renameFile(Path root, String from, String to) throws IOException {
    if (!Files.isDirectory(root.resolve(from))) {
      Files.move(
          root.resolve(from),
          root.resolve(to),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static String list(Path root, String name) throws IOException {
    try (Stream<Path> children = Files.list(root.resolve(name))) {
      return children.map(child -> child.getFileName().toString()).sorted().toList().toString();
    }
  }
}
