package io.forebay.server.admin;

import static java.util.Map.entry;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import java.util.Map;

/** What each metric means, and names as Prometheus wants them where Micrometer's differ. */
final class MetricNames implements MeterFilter {

  private static final Map<String, String> HELP =
      Map.ofEntries(
          entry("forebay.background.troubles", "Background tasks that currently fail."),
          entry(
              "forebay.bypassed.blocks", "Blocks that were not cached because there was no room."),
          entry("forebay.connections", "Connections of clients that are open."),
          entry("forebay.connections.limit", "Connections that may be open at a time."),
          entry(
              "forebay.connections.not.read",
              "Connections that are not read from until they have fewer requests under way."),
          entry("forebay.corrupt.blocks", "Blocks whose checksum was wrong."),
          entry("forebay.dataset.copied.bytes", "Bytes of files that other nodes own."),
          entry("forebay.dataset.files", "Files of the data set that are resident."),
          entry("forebay.dataset.phase", "1 for the current phase of the data set."),
          entry("forebay.dataset.used.bytes", "Bytes on disk that the data set uses."),
          entry("forebay.evicted.bytes", "Bytes that were evicted to make room."),
          entry("forebay.evictions", "Files that were evicted to make room."),
          entry("forebay.expired.files", "Files that were removed after their time to live."),
          entry("forebay.fill.memory.bytes", "Memory of blocks that are being fetched."),
          entry("forebay.fills.in.flight", "Blocks that are being fetched."),
          entry("forebay.fills.queued", "Requests to the under-store that wait for a thread."),
          entry("forebay.hit.bytes", "Bytes that were read from the cache."),
          entry("forebay.hits", "Reads that were answered from the cache."),
          entry("forebay.listing.failing", "1 while the data set cannot be listed."),
          entry("forebay.miss.bytes", "Bytes that were not in the cache."),
          entry("forebay.misses", "Reads that were not answered from the cache."),
          entry("forebay.moves", "Files that moved between tiers."),
          entry("forebay.request.memory.bytes", "Memory of requests that are being answered."),
          entry("forebay.request.memory.limit.bytes", "The most memory of such requests."),
          entry("forebay.resident.files", "Resident files of all data sets."),
          entry("forebay.send.memory.bytes", "Memory of answers that wait for their clients."),
          entry("forebay.send.memory.limit.bytes", "The most memory of such answers."),
          entry("forebay.scrubbed.blocks", "Blocks that the background check has read."),
          entry("forebay.shared.maps", "1 while the shared maps of the node are in use."),
          entry("forebay.shared.maps.bytes", "Bytes on disk that the shared maps use."),
          entry(
              "forebay.snapshot.unreadable",
              "Entries that the snapshot in use lacks, because the server cannot read them."),
          entry("forebay.tier.quota.bytes", "Quota of the directory in bytes."),
          entry("forebay.tier.state", "1 for the current state of the directory's disk."),
          entry("forebay.tier.used.bytes", "Bytes on disk in the directory."),
          entry("forebay.understore.bytes", "Bytes that came from the under-store."),
          entry("forebay.understore.failures", "Requests to the under-store that failed."),
          entry("forebay.understore.hedged", "Requests that were sent a second time."),
          entry("forebay.understore.limit", "Current limit of concurrent requests."),
          entry("forebay.understore.requests", "Requests to the under-store."),
          entry("forebay.understore.running", "Requests that are running."),
          entry("forebay.understore.throttled", "Answers that asked for fewer requests."),
          entry("forebay.understore.waiting", "Requests that wait because of the limit."),
          entry("process.cpu", "CPU time that this process has used."));

  @Override
  public MeterFilterReply accept(Meter.Id id) {
    // In nanoseconds; process.cpu says the same in seconds.
    return id.getName().equals("process.cpu.time")
        ? MeterFilterReply.DENY
        : MeterFilterReply.NEUTRAL;
  }

  @Override
  public Meter.Id map(Meter.Id id) {
    if (id.getName().equals("system.cpu.count")) { // a suffix of summaries
      return id.withName("system.cpus");
    }
    String help = HELP.get(id.getName());
    return help == null
        ? id
        : new Meter.Id(
            id.getName(), Tags.of(id.getTagsAsIterable()), id.getBaseUnit(), help, id.getType());
  }
}
