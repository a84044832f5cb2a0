package io.forebay.control;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.ReadStats;
import io.forebay.Totals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Of a data set that is not Forebay's own. */
record NoCache(DataSet dataSet) implements CacheControl {

  @Override
  public int fetchAhead(List<FileStatus> files) {
    return 0;
  }

  @Override
  public void bringNear(List<FileStatus> files, Optional<Totals> all) {}

  @Override
  public boolean announce(long job, long done, long first, List<FileStatus> files) {
    return false;
  }

  @Override
  public void load(FileStatus file, long offset, long length, int replicas) throws IOException {
    throw refusal();
  }

  @Override
  public void loadAll(List<FileStatus> files, int replicas, LoadFailures failures)
      throws IOException {
    throw refusal();
  }

  private IOException refusal() {
    return new IOException(
        "data set '" + dataSet.name() + "' was not opened by Forebay, so it has no cache");
  }

  @Override
  public Optional<Path> resident(FileStatus file) {
    return Optional.empty();
  }

  @Override
  public Place place(FileStatus file) {
    return new Place(Optional.empty(), List.of());
  }

  @Override
  public void requireWritable() {}

  @Override
  public ReadStats readStats() {
    return new ReadStats(Map.of(), Map.of(), Map.of());
  }
}
