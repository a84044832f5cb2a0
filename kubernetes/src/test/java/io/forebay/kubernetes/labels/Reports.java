package io.forebay.kubernetes.labels;

import io.forebay.server.admin.StatusReport;
import java.util.List;

/** What a server says of itself. */
final class Reports {

  private Reports() {}

  /**
   * With 8 GiB of memory and 1.5 TiB of disk.
   *
   * @param percent null without a snapshot
   */
  static StatusReport.DataSet dataSet(String name, String phase, Double percent) {
    return new StatusReport.DataSet(
        name, 1, 1, 0, phase, "", "", 100L, 1L, "", 0L, "", percent, 1, 0, "keep", 0, 0, 0, 0, 0,
        List.of());
  }

  static StatusReport of(boolean draining, StatusReport.DataSet... dataSets) {
    return new StatusReport(
        "n",
        1,
        true,
        draining,
        List.of(),
        List.of(),
        1,
        1,
        0,
        List.of(
            new StatusReport.Tier(0, "MEM", "/m", 8L << 30, 0, 0, "HEALTHY", ""),
            new StatusReport.Tier(1, "SSD", "/d", 3L << 39, 0, 0, "HEALTHY", "")),
        List.of(dataSets),
        List.of());
  }
}
