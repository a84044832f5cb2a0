package io.forebay.read;

import io.forebay.Origin;
import io.forebay.file.FileVersion;
import io.forebay.fill.Asker;
import io.forebay.fill.ReadThrough;
import io.forebay.plan.PlanUpdate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The cache inside this process. */
public final class EmbeddedRung implements Rung {

  private final ReadThrough reads;
  private final Predicate<PlanUpdate> plans;

  /**
   * @param plans hears what jobs will read, and says whether a job was unknown
   */
  public EmbeddedRung(ReadThrough reads, Predicate<PlanUpdate> plans) {
    this.reads = reads;
    this.plans = plans;
  }

  @Override
  public Optional<Served> read(FileVersion file, long offset, ByteBuffer target)
      throws IOException {
    reads.read(file, offset, target);
    return Optional.of(new Served(Origin.EMBEDDED_CACHE));
  }

  @Override
  public void prefetch(List<FileVersion> files) {
    files.forEach(file -> reads.prefetch(file, Asker.NODE));
  }

  @Override
  public boolean announce(Announcement announcement) {
    return plans.test(announcement.whole());
  }

  @Override
  public boolean load(List<LoadRange> ranges, int replicas, LoadRange.Failures failures) {
    for (int i = 0; i < ranges.size(); i++) {
      LoadRange range = ranges.get(i);
      try {
        reads.load(range.file(), range.offset(), range.length());
      } catch (IOException e) {
        failures.failed(i, e);
      }
    }
    return true;
  }
}
