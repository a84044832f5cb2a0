package io.forebay.kubernetes.fluid;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one worker says of a data set.
 *
 * @param copiedBytes of those cached, of files that other workers own
 * @param underStoreBytes size of the data set; -1 while it is not listed
 */
record WorkerFigures(
    long cachedBytes,
    long copiedBytes,
    long capacityBytes,
    long underStoreBytes,
    long hitBytes,
    long missBytes) {

  static final WorkerFigures NONE = new WorkerFigures(0, 0, 0, -1, 0, 0);

  /**
   * @param status that the server answers to {@code /status}
   * @param metrics that it answers to {@code /metrics}
   */
  static WorkerFigures of(String dataSet, JsonNode status, String metrics) {
    for (JsonNode each : status.path("dataSets")) {
      if (each.path("name").asText().equals(dataSet)) {
        return new WorkerFigures(
            each.path("cached").asLong(),
            each.path("copied").asLong(),
            each.path("cacheCapacity").asLong(),
            each.path("ufsTotal").asLong(-1),
            sum("forebay_hit_bytes_total", dataSet, metrics),
            sum("forebay_miss_bytes_total", dataSet, metrics));
      }
    }
    return NONE;
  }

  /** Of a counter, over what else its lines are told apart by. */
  private static long sum(String counter, String dataSet, String metrics) {
    Matcher line =
        Pattern.compile(
                "^"
                    + counter
                    + "\\{(?:[^}]*,)?dataset=\""
                    + Pattern.quote(dataSet)
                    + "\"[^}]*\\} (\\S+)$",
                Pattern.MULTILINE)
            .matcher(metrics);
    double sum = 0;
    while (line.find()) {
      sum += Double.parseDouble(line.group(1));
    }
    return (long) sum;
  }
}
