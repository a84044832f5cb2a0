package io.forebay.read;

import io.forebay.file.FileVersion;
import io.forebay.plan.PlanUpdate;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a job says of its reads, as {@link PlanUpdate}, but of all files.
 *
 * @param first the position of the first of the files, which follow one another
 */
public record Announcement(long job, long done, long first, List<FileVersion> files) {

  PlanUpdate whole() {
    return part(IntStream.range(0, files.size()).boxed().toList());
  }

  /** What it says of some of the files. */
  PlanUpdate part(List<Integer> indexes) {
    return new PlanUpdate(
        job,
        done,
        indexes.stream()
            .map(i -> new PlanUpdate.Read(first + i, files.get(i).id().high()))
            .toList());
  }
}
