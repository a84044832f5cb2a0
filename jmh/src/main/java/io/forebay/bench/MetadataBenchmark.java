package io.forebay.bench;

import io.forebay.FileStatus;
import io.forebay.file.FileVersion;
import io.forebay.metadata.Residency;
import io.forebay.metadata.SharedMaps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a resident read pays before it opens the file: two lookups and a hash. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MetadataBenchmark {

  private static final int FILES = 100_000;
  private static final String DATA_SET = "images";

  private Path directory;
  private SharedMaps maps;

  private static FileStatus file(int index) {
    return FileStatus.file(
        "train/n0" + index % 1000 + "/image-" + index + ".jpg",
        100_000 + index,
        1_700_000_000_000L,
        "5D41402ABC4B2A76B9719D911017C592");
  }

  @Setup
  public void open() throws IOException {
    directory = Files.createTempDirectory("forebay-maps-");
    maps = SharedMaps.open(directory, "bench");
    for (int i = 0; i < FILES; i++) {
      maps.namespace().put(DATA_SET, file(i));
      maps.residency()
          .put(FileVersion.of(DATA_SET, file(i)).id(), new Residency.Location(0, 100_000 + i));
    }
  }

  @TearDown
  public void close() throws IOException {
    maps.close();
    SharedMaps.deleteOthers(directory, "none");
    Files.delete(directory);
  }

  @Benchmark
  public Optional<FileStatus> stat() {
    return maps.namespace().stat(DATA_SET, file(random()).path());
  }

  @Benchmark
  public FileVersion hash() {
    return FileVersion.of(DATA_SET, file(random()));
  }

  @Benchmark
  public Optional<Residency.Location> statHashAndFind() {
    FileStatus status = maps.namespace().stat(DATA_SET, file(random()).path()).orElseThrow();
    return maps.residency().find(FileVersion.of(DATA_SET, status).id());
  }

  private static int random() {
    return ThreadLocalRandom.current().nextInt(FILES);
  }
}
