package io.forebay.dataset.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Paths are what the JDK's own are on Linux. */
class ForebayPathTest {

  private final ForebayFileSystem system =
      new ForebayFileSystem(new ForebayFileSystemProvider(), null, false, () -> {});

  private static String random(Random random) {
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "/" : "");
    int names = random.nextInt(5);
    for (int i = 0; i < names; i++) {
      text.append(List.of("a", "b", "cc", "..", ".", "a.b", "").get(random.nextInt(7)));
      text.append(i < names - 1 || random.nextInt(4) == 0 ? "/" : "");
    }
    return text.toString();
  }

  @Test
  void pathsAreTakenApartAndPutTogetherAsTheJdkDoes() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      String one = random(random);
      String two = random(random);
      Path mine = system.getPath(one);
      Path jdk = Path.of(one);
      Path mineToo = system.getPath(two);
      Path jdkToo = Path.of(two);
      assertThat(mine).as(one).hasToString(jdk.toString());
      assertThat(mine.isAbsolute()).isEqualTo(jdk.isAbsolute());
      assertThat(mine.getNameCount()).as(one).isEqualTo(jdk.getNameCount());
      same(mine.getFileName(), jdk.getFileName(), one);
      same(mine.getParent(), jdk.getParent(), one);
      same(mine.getRoot(), jdk.getRoot(), one);
      same(mine.normalize(), jdk.normalize(), one);
      same(mine.resolve(mineToo), jdk.resolve(jdkToo), one + " and " + two);
      same(mine.resolveSibling(mineToo), jdk.resolveSibling(jdkToo), one + " and " + two);
      assertThat(mine.startsWith(mineToo)).as(one + " " + two).isEqualTo(jdk.startsWith(jdkToo));
      assertThat(mine.endsWith(mineToo)).as(one + " " + two).isEqualTo(jdk.endsWith(jdkToo));
      assertThat(mine.equals(mineToo)).isEqualTo(jdk.equals(jdkToo));
      List<String> names = new ArrayList<>();
      mine.forEach(name -> names.add(name.toString()));
      List<String> jdkNames = new ArrayList<>();
      jdk.forEach(name -> jdkNames.add(name.toString()));
      assertThat(names).as(one).isEqualTo(jdkNames);
    }
  }

  @Test
  void whatIsRelativizedIsResolvedAgain() {
    Random random = new Random(2);
    for (int i = 0; i < 20_000; i++) {
      Path one = system.getPath(random(random)).normalize();
      Path two = system.getPath(random(random)).normalize();
      if (one.isAbsolute() != two.isAbsolute()) {
        assertThatThrownBy(() -> one.relativize(two)).isInstanceOf(IllegalArgumentException.class);
      } else if (!one.toString().contains("..")) {
        assertThat(one.resolve(one.relativize(two)).normalize()).isEqualTo(two);
        same(
            one.relativize(two),
            Path.of(one.toString()).relativize(Path.of(two.toString())),
            one + " to " + two);
      }
    }
  }

  private static void same(Path mine, Path jdk, String of) {
    assertThat(mine == null ? null : mine.toString())
        .as(of)
        .isEqualTo(jdk == null ? null : jdk.toString());
  }
}
