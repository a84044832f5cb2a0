package io.forebay.kubernetes.fluid;

import io.forebay.metadata.NodeInfo;
import io.forebay.placement.Member;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the workers of a data set say of it, in the form of Fluid's columns.
 *
 * @param cacheStates by the names of Fluid's {@code status.cacheStates}
 * @param underStoreTotal size of the data set; empty while it is not listed
 */
public record WorkerSummary(Map<String, String> cacheStates, Optional<String> underStoreTotal) {

  public WorkerSummary {
    cacheStates = Map.copyOf(cacheStates);
  }

  /**
   * Asks all workers; those that do not answer in time are left out.
   *
   * @return empty when none of them answers
   */
  public static Optional<WorkerSummary> of(String dataSet, List<Member> workers, Duration patience)
      throws IOException, InterruptedException {
    NodeInfo all =
        new NodeInfo(
            "",
            "",
            false,
            "",
            "localhost:" + Workers.ADMIN_PORT,
            workers.stream().map(Member::toString).toList(),
            Optional.empty(),
            List.of(),
            List.of());
    List<WorkerFigures> figures = new AdminEndpoints(all, patience).figures(dataSet).figures();
    if (figures.isEmpty()) {
      return Optional.empty();
    }
    CacheSummary summary = CacheSummary.of(figures);
    Map<String, String> states = new TreeMap<>();
    states.put("cached", summary.cached());
    states.put("cacheCapacity", summary.cacheCapacity());
    put(states, "cachedPercentage", summary.cachedPercentage());
    put(states, "cacheHitRatio", summary.cacheHitRatio());
    long total = figures.stream().mapToLong(WorkerFigures::underStoreBytes).max().orElse(-1);
    return Optional.of(
        new WorkerSummary(
            states, total < 0 ? Optional.empty() : Optional.of(CacheSummary.size(total))));
  }

  private static void put(Map<String, String> states, String name, String value) {
    if (value != null) {
      states.put(name, value);
    }
  }
}
