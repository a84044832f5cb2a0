package io.forebay.server.admin;

import com.sun.management.OperatingSystemMXBean;
import io.forebay.node.Binding;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeDataSet;
import io.forebay.snapshot.SnapshotInfo;
import io.forebay.store.DataSetUsageStatus;
import io.forebay.store.DiskState;
import io.forebay.store.StoreStatus;
import io.forebay.understore.layer.UnderStoreStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/**
 * The node's status as Prometheus metrics. One status is taken for each scrape, so all numbers of a
 * scrape belong together. Thread-safe.
 */
final class NodeMetrics implements AutoCloseable {

  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final CacheNode node;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final Set<String> known = new HashSet<>();
  private volatile CacheNode.Status status;

  /**
   * @param gauges what else there is to show, by name
   */
  NodeMetrics(CacheNode node, Map<String, DoubleSupplier> gauges) {
    this.node = node;
    this.status = node.status();
    registry.config().meterFilter(new MetricNames());
    registry.getPrometheusRegistry().register(this::firstBytes);
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    collections.bindTo(registry);
    FunctionCounter.builder("process.cpu", PROCESS, p -> p.getProcessCpuTime() / 1e9)
        .baseUnit("seconds")
        .register(registry);
    counter("forebay.moves", Tags.of("direction", "up"), s -> s.store().movedUp());
    counter("forebay.moves", Tags.of("direction", "down"), s -> s.store().movedDown());
    counter("forebay.expired.files", Tags.empty(), s -> s.store().expired());
    counter("forebay.corrupt.blocks", Tags.empty(), s -> s.store().corruptBlocks());
    counter("forebay.scrubbed.blocks", Tags.empty(), s -> s.store().scrubbedBlocks());
    gauge("forebay.resident.files", Tags.empty(), s -> s.store().files());
    gauge("forebay.fill.memory.bytes", Tags.empty(), CacheNode.Status::fillMemoryBytes);
    gauges.forEach(
        (name, value) ->
            Gauge.builder(name, value, DoubleSupplier::getAsDouble)
                .strongReference(true)
                .register(registry));
    gauge("forebay.shared.maps.bytes", Tags.empty(), CacheNode.Status::mapsBytes);
    gauge("forebay.background.troubles", Tags.empty(), s -> s.troubles().size());
    gauge("forebay.shared.maps", Tags.empty(), s -> s.sharedMaps() ? 1 : 0);
    for (int i = 0; i < status.store().directories().size(); i++) {
      bindDirectory(i);
    }
  }

  /** In Prometheus' text format. */
  synchronized String scrape() {
    status = node.status();
    known.removeIf(this::isForgotten);
    status.store().usages().stream()
        .map(DataSetUsageStatus::name)
        .filter(name -> !name.isEmpty() && known.add(name))
        .forEach(this::bindDataSet);
    return registry.scrape();
  }

  /** Of a data set that was dropped nothing is told any more. */
  private boolean isForgotten(String name) {
    if (status.store().usages().stream().anyMatch(usage -> usage.name().equals(name))) {
      return false;
    }
    registry.getMeters().stream()
        .filter(meter -> name.equals(meter.getId().getTag("dataset")))
        .forEach(registry::remove);
    return true;
  }

  private void bindDirectory(int number) {
    StoreStatus.DirectoryStatus directory = status.store().directories().get(number);
    Tags tags =
        Tags.of(
            "tier",
            String.valueOf(directory.tier()),
            "medium",
            directory.medium().name(),
            "path",
            directory.path().toString());
    gauge("forebay.tier.quota.bytes", tags, s -> directory(s, number).quotaBytes());
    gauge("forebay.tier.used.bytes", tags, s -> directory(s, number).usedBytes());
    for (DiskState state : DiskState.values()) {
      gauge(
          "forebay.tier.state",
          tags.and("state", state.name()),
          s -> directory(s, number).state() == state ? 1 : 0);
    }
  }

  private static StoreStatus.DirectoryStatus directory(CacheNode.Status status, int number) {
    return status.store().directories().get(number);
  }

  private void bindDataSet(String name) {
    Tags tags = Tags.of("dataset", name);
    int tiers = usage(status, name).hits().size();
    for (int tier = 0; tier < tiers; tier++) {
      int each = tier;
      Tags tagged = tags.and("tier", String.valueOf(tier));
      counter("forebay.hits", tagged, s -> usage(s, name).hits().get(each));
      counter("forebay.hit.bytes", tagged, s -> usage(s, name).hitBytes().get(each));
    }
    counter("forebay.misses", tags, s -> usage(s, name).misses());
    counter("forebay.miss.bytes", tags, s -> usage(s, name).missBytes());
    counter("forebay.bypassed.blocks", tags, s -> usage(s, name).bypassed());
    counter("forebay.evictions", tags, s -> usage(s, name).evictions());
    counter("forebay.evicted.bytes", tags, s -> usage(s, name).evictedBytes());
    gauge("forebay.dataset.used.bytes", tags, s -> usage(s, name).usedBytes());
    gauge("forebay.dataset.copied.bytes", tags, s -> usage(s, name).copyBytes());
    gauge("forebay.dataset.files", tags, s -> usage(s, name).files());
    if (status.dataSets().containsKey(name)) {
      bindUnderStore(name, tags);
    }
  }

  private void bindUnderStore(String name, Tags tags) {
    counter("forebay.understore.requests", tags, s -> fetching(s, name).underStore().requests());
    counter("forebay.understore.failures", tags, s -> fetching(s, name).underStore().failures());
    counter("forebay.understore.throttled", tags, s -> fetching(s, name).underStore().throttled());
    counter("forebay.understore.bytes", tags, s -> fetching(s, name).underStore().bytes());
    counter("forebay.understore.hedged", tags, s -> fetching(s, name).hedged());
    gauge("forebay.understore.running", tags, s -> fetching(s, name).underStore().running());
    gauge("forebay.understore.waiting", tags, s -> fetching(s, name).underStore().waiting());
    gauge("forebay.understore.limit", tags, s -> fetching(s, name).underStore().limit());
    for (Binding.Phase phase : Binding.Phase.values()) {
      gauge(
          "forebay.dataset.phase",
          tags.and("phase", phase.name()),
          s -> fetching(s, name).binding().phase() == phase ? 1 : 0);
    }
    gauge("forebay.fills.in.flight", tags, s -> fetching(s, name).fills());
    gauge("forebay.fills.queued", tags, s -> fetching(s, name).queued());
    gauge(
        "forebay.listing.failing", tags, s -> fetching(s, name).listingProblem().isEmpty() ? 0 : 1);
    gauge(
        "forebay.snapshot.unreadable",
        tags,
        s -> fetching(s, name).snapshot().map(SnapshotInfo::unreadable).orElse(0L));
  }

  /** Micrometer knows no summary whose quantiles somebody else computes. */
  private MetricSnapshot firstBytes() {
    SummarySnapshot.Builder summary =
        SummarySnapshot.builder()
            .name("forebay_understore_first_byte_seconds")
            .help("Time to the first byte of an answer of the under-store; recent quantiles.");
    for (Map.Entry<String, NodeDataSet.Status> each : status.dataSets().entrySet()) {
      UnderStoreStatus store = each.getValue().underStore();
      summary.dataPoint(
          SummarySnapshot.SummaryDataPointSnapshot.builder()
              .labels(Labels.of("dataset", each.getKey()))
              .count(store.firstBytes())
              .sum(store.firstByteSeconds())
              .quantiles(
                  Quantiles.builder()
                      .quantile(0.5, store.firstByteMedianMillis() / 1e3)
                      .quantile(0.99, store.firstByteP99Millis() / 1e3)
                      .build())
              .build());
    }
    return summary.build();
  }

  private static DataSetUsageStatus usage(CacheNode.Status status, String name) {
    return status.store().usages().stream()
        .filter(usage -> usage.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static NodeDataSet.Status fetching(CacheNode.Status status, String name) {
    return status.dataSets().get(name);
  }

  private void counter(String name, Tags tags, ToDoubleFunction<CacheNode.Status> value) {
    FunctionCounter.builder(name, this, m -> value.applyAsDouble(m.status))
        .tags(tags)
        .register(registry);
  }

  private void gauge(String name, Tags tags, ToDoubleFunction<CacheNode.Status> value) {
    Gauge.builder(name, this, m -> value.applyAsDouble(m.status)).tags(tags).register(registry);
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
