package io.forebay.server;

import io.forebay.file.FileVersion;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeDataSet;
import io.forebay.placement.Placement;
import io.forebay.server.admin.Departure;
import io.forebay.store.ResidentFile;
import io.forebay.wire.Item;
import io.forebay.wire.ServerClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Has the servers that own files after a change of the view take what this one has of them. */
final class Heirs {

  /** Parts of one request. */
  private static final int BATCH = 256;

  private final CacheNode node;
  private final Peers peers;
  private final Placement before;
  private final Map<ServerClient, List<Item>> batches = new HashMap<>();
  private long files;
  private long bytes;
  private long failed;
  private String reason = "";

  /**
   * @param before who owned what before the change
   */
  Heirs(CacheNode node, Peers peers, Placement before) {
    this.node = node;
    this.peers = peers;
    this.before = before;
  }

  /** Returns when they have it all, or have said why not. */
  Departure.Report takeAll() throws IOException {
    for (NodeDataSet dataSet : node.dataSets()) {
      node.forEachFile(dataSet.spec().name(), file -> give(dataSet, file));
      batches.forEach((heir, items) -> send(dataSet, heir, items));
      batches.clear();
    }
    return new Departure.Report(files, bytes, failed, reason);
  }

  private void give(NodeDataSet dataSet, FileVersion file) {
    Optional<ResidentFile> resident = node.store().find(file.id());
    if (resident.isEmpty()) {
      return;
    }
    int replicas = dataSet.replicas().of(file.path());
    for (long at = 0; at < file.size(); at = Placement.extentEnd(at, file.size())) {
      Item part = new Item(file.status(), at, Placement.extentEnd(at, file.size()) - at);
      if (resident.get().has(part.offset(), part.length())) {
        for (ServerClient heir : peers.heirs(before, file.id(), Placement.extent(at), replicas)) {
          List<Item> batch = batches.computeIfAbsent(heir, h -> new ArrayList<>());
          batch.add(part);
          if (batch.size() == BATCH) {
            send(dataSet, heir, batch);
            batch.clear();
          }
        }
      }
    }
  }

  private void send(NodeDataSet dataSet, ServerClient heir, List<Item> items) {
    if (items.isEmpty()) {
      return;
    }
    files += items.size();
    bytes += items.stream().mapToLong(Item::length).sum();
    try {
      heir.load(dataSet.spec().name(), List.copyOf(items), (item, e) -> failed(items.get(item), e));
    } catch (IOException e) {
      items.forEach(item -> failed(item, e));
    }
  }

  private void failed(Item part, IOException e) {
    files--;
    bytes -= part.length();
    failed++;
    if (reason.isEmpty()) {
      reason = part.status().path() + ": " + e.getMessage();
    }
  }
}
