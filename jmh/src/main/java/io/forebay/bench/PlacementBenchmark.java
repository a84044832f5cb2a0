package io.forebay.bench;

import io.forebay.file.FileId;
import io.forebay.placement.Member;
import io.forebay.placement.Placement;
import io.forebay.placement.View;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long it takes to find the owner of a file and the next in rank. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class PlacementBenchmark {

  private static final int ZONES = 4;

  @Param({"3", "100", "1000"})
  private int members;

  @Param({"false", "true"})
  private boolean weighted;

  @Param({"false", "true"})
  private boolean zoned;

  private final SplittableRandom random = new SplittableRandom(1);
  private Placement placement;

  @Setup
  public void place() {
    List<Member> all = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      String weight = weighted ? " weight=" + (1 + i % 3) : "";
      String zone = zoned ? " zone=z" + i % ZONES : "";
      all.add(Member.parse("server-" + i + "=10.0.0.1:" + (7000 + i) + weight + zone));
    }
    placement = Placement.of(new View(all));
  }

  @Benchmark
  public List<Member> ownerAndNext() {
    return placement.owners(new FileId(random.nextLong(), random.nextLong()), 0, 2);
  }

  @Benchmark
  public List<Member> rank() {
    return placement.rank(new FileId(random.nextLong(), random.nextLong()), 0);
  }
}
