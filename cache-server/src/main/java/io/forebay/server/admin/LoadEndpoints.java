package io.forebay.server.admin;

import io.forebay.dataset.load.LoadTarget;
import io.forebay.server.load.LoadJobs;
import io.forebay.server.load.LoadRequest;
import io.forebay.spec.SnapshotTolerance;
import java.io.IOException;
import java.util.List;

/**
 * Starts, shows and cancels loads. {@code POST /load} takes what to load from the body: paths or
 * globs, one in a line; nothing for all.
 */
final class LoadEndpoints {

  private final LoadJobs loads;

  LoadEndpoints(LoadJobs loads) {
    this.loads = loads;
  }

  void addTo(AdminServer admin) {
    admin.post("/load", this::start);
    admin.get("/loads", request -> loads.all());
    admin.get("/load/status", request -> loads.report(request.required("name")));
    admin.post("/load/cancel", request -> loads.cancel(request.required("name")));
  }

  private Object start(AdminRequest request) throws IOException {
    int replicas = request.number("replicas", 1);
    List<LoadTarget> targets =
        request
            .body()
            .lines()
            .filter(line -> !line.isBlank())
            .map(line -> new LoadTarget(line.strip(), replicas))
            .toList();
    LoadRequest load =
        LoadRequest.once(
            request.required("name"),
            request.required("dataset"),
            request.flag("metadata"),
            request.flag("data"),
            targets.isEmpty() ? List.of(new LoadTarget("", replicas)) : targets,
            new SnapshotTolerance(!request.flag("strict"), request.flag("allowShrink")));
    loads
        .tooManyReplicas(load)
        .ifPresent(
            why -> {
              throw new IllegalArgumentException(why);
            });
    return loads.start(load);
  }
}
