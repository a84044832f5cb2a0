package io.forebay.dataset.shard;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/**
 * A tar archive as WebDataset has it: neighbours whose names agree up to the first dot of the last
 * segment are the parts of one sample.
 */
final class TarShard {

  private TarShard() {}

  static List<Sample> samples(DataSet dataSet, FileStatus shard) throws IOException {
    List<Sample> samples = new ArrayList<>();
    String key = null;
    Map<String, Sample.Part> parts = new LinkedHashMap<>();
    try (TarFile tar = new TarFile(dataSet.open(shard.path()))) {
      for (TarArchiveEntry entry : tar.getEntries()) {
        if (!entry.isFile()) {
          continue;
        }
        int dot = entry.getName().indexOf('.', entry.getName().lastIndexOf('/') + 1);
        String name = dot < 0 ? entry.getName() : entry.getName().substring(0, dot);
        if (!name.equals(key)) {
          add(samples, key, parts);
          key = name;
          parts.clear();
        }
        parts.put(
            dot < 0 ? "" : entry.getName().substring(dot + 1),
            new Sample.Part(entry.getDataOffset(), entry.getSize()));
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(shard.path() + " is not a tar archive, or it is damaged", e);
    }
    add(samples, key, parts);
    return samples;
  }

  private static void add(List<Sample> samples, String key, Map<String, Sample.Part> parts) {
    if (key != null) {
      samples.add(new Sample(key, parts));
    }
  }
}
