package io.forebay.dataset.shard;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One sample of a shard.
 *
 * @param key its name without extensions; of records their number
 * @param parts where its parts lie, by extension without the first dot, in the order of the shard;
 *     a record has one, of the empty name
 */
public record Sample(String key, Map<String, Part> parts) {

  /** Where a part lies in its shard, in bytes. */
  public record Part(long offset, long length) {}

  public Sample {
    parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
  }

  /**
   * A part.
   *
   * @throws IllegalArgumentException when there is none of that name
   */
  public Part part(String extension) {
    Part part = parts.get(extension);
    if (part == null) {
      throw new IllegalArgumentException(
          "sample '" + key + "' has no part '" + extension + "', only " + parts.keySet());
    }
    return part;
  }
}
