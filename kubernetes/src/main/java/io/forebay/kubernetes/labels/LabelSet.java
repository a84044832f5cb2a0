package io.forebay.kubernetes.labels;

import io.forebay.dataset.affinity.DataSetName;
import io.forebay.dataset.affinity.NodeLabels;
import io.forebay.dataset.affinity.NodeLabels.Medium;
import io.forebay.server.admin.StatusReport;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The labels that follow from what a server has. Immutable. */
record LabelSet(Map<String, String> labels) {

  static final LabelSet NONE = new LabelSet(Map.of());

  /** A share that moves around a step by less than this keeps the step. */
  private static final double SLACK_PERCENT = 5;

  private static final String NOT_SERVED = "NotBound";
  private static final String MEMORY = "MEM";
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB");
  private static final int KILO = 1024;

  LabelSet {
    labels = Map.copyOf(labels);
  }

  /**
   * @param before those that were there before
   */
  static LabelSet of(StatusReport report, Owner owner, LabelSet before) {
    if (report.draining()) {
      return NONE;
    }
    List<StatusReport.DataSet> served =
        report.dataSets().stream()
            .filter(d -> !d.phase().equals(NOT_SERVED) && DataSetName.isValid(d.name()))
            .toList();
    Map<String, String> labels = new TreeMap<>();
    labels.put(NodeLabels.server(owner.service()), NodeLabels.TRUE);
    if (!owner.insideFluid()) {
      labels.put(NodeLabels.number(), Integer.toString(served.size()));
    }
    long memory = quota(report, true);
    long disk = quota(report, false);
    for (StatusReport.DataSet each : served) {
      DataSetName name = new DataSetName(owner.service().namespace(), each.name());
      if (!owner.insideFluid()) {
        labels.put(NodeLabels.placed(name), NodeLabels.TRUE);
        labels.put(NodeLabels.capacity(Medium.MEMORY, name), size(memory));
        labels.put(NodeLabels.capacity(Medium.DISK, name), size(disk));
        labels.put(NodeLabels.capacity(Medium.TOTAL, name), size(memory + disk));
      }
      String cached = NodeLabels.cached(name);
      int step = step(each, before.labels().get(cached));
      if (step > 0) {
        labels.put(cached, Integer.toString(step));
      }
    }
    return new LabelSet(labels);
  }

  private static long quota(StatusReport report, boolean memory) {
    return report.tiers().stream()
        .filter(tier -> tier.medium().equals(MEMORY) == memory)
        .mapToLong(StatusReport.Tier::quotaBytes)
        .sum();
  }

  /** Each change is a write: one who goes to and fro around a step is not followed. */
  private static int step(StatusReport.DataSet dataSet, String before) {
    if (dataSet.cachedPercentage() == null) {
      return 0;
    }
    int step = NodeLabels.cachedStep(dataSet.cachedPercentage());
    int known = before == null ? 0 : Integer.parseInt(before);
    boolean barelyBelow = dataSet.cachedPercentage() > known - SLACK_PERCENT;
    return step < known && barelyBelow ? known : step;
  }

  /** As Fluid writes it; labels have no spaces. */
  private static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= KILO && unit < UNITS.size() - 1) {
      value /= KILO;
      unit++;
    }
    String number = String.format(Locale.ROOT, "%.2f", value).replaceFirst("\\.?0+$", "");
    return number + UNITS.get(unit);
  }
}
