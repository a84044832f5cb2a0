package io.forebay.server.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import io.forebay.UnknownDataSetException;
import io.forebay.background.LogContext;
import io.forebay.file.DataPath;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeDataSet;
import io.forebay.server.access.Grant;
import io.forebay.server.access.Role;
import io.forebay.server.apply.AppliedDataSets;
import io.forebay.server.load.LoadJobs;
import io.forebay.snapshot.SnapshotInfo;
import io.forebay.spec.DataSetReference;
import io.forebay.spec.DataSetSpec;
import io.forebay.store.DataSetUsageStatus;
import io.forebay.store.DiskState;
import io.forebay.store.StoreStatus;
import io.forebay.wire.Address;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin endpoint, plain HTTP: {@code GET /metrics}, {@code /healthz}, {@code /readyz}, {@code
 * /status}, {@code /loads}, {@code /snapshots}; {@code POST /pin}, {@code /unpin}, {@code /prune},
 * {@code /scrub}, {@code /apply}, {@code /drop}, {@code /suspend}, {@code /resume}, {@code /drain},
 * {@code /undrain}, {@code /load}, {@code /snapshot/...} with parameters in the query. {@link
 * Authorization} says who may do what. It listens on loopback unless told otherwise, and refuses
 * requests that a web page sent. Thread-safe.
 */
public final class AdminServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);

  /** No writer takes so long. */
  private static final Duration UNFINISHED_AGE = Duration.ofDays(1);

  /** Loaded when it is first used, as the metrics are: a server that starts is to serve first. */
  private static final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();
  }

  private final AdminSettings settings;
  private final CacheNode node;
  private final AppliedDataSets applied;
  private final LoadJobs loads;
  private final Departure departure;
  private final HttpServer http;
  private final AdminToken token;
  private final Authorization authorization;
  private NodeMetrics metrics;
  private final Throughput throughput = new Throughput();
  private final ExecutorService requests =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("forebay-admin-", 0).factory());
  private final ScheduledExecutorService sampler =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private final long started = System.nanoTime();

  private AdminServer(
      AdminSettings settings,
      HttpServer http,
      CacheNode node,
      AppliedDataSets applied,
      LoadJobs loads,
      Departure departure,
      AdminToken token) {
    this.settings = settings;
    this.token = token;
    this.authorization = new Authorization(token, settings.tokens());
    this.node = node;
    this.applied = applied;
    this.loads = loads;
    this.departure = departure;
    this.http = http;
  }

  public static AdminServer start(
      AdminSettings settings,
      CacheNode node,
      AppliedDataSets applied,
      LoadJobs loads,
      Departure departure)
      throws IOException {
    Address.Tcp address = settings.address();
    HttpServer http;
    try {
      http = bind(settings, new InetSocketAddress(address.host(), address.port()));
    } catch (IOException e) {
      throw new IOException("cannot listen on listen.admin " + address + ": " + e.getMessage(), e);
    }
    AdminServer admin =
        new AdminServer(
            settings, http, node, applied, loads, departure, AdminToken.create(node.directory()));
    admin.open();
    node.restoreEverySecond("the admin token", () -> admin.token.keep(node.directory()));
    return admin;
  }

  private static HttpServer bind(AdminSettings settings, InetSocketAddress address)
      throws IOException {
    if (settings.tls().isEmpty()) {
      return HttpServer.create(address, 0);
    }
    HttpsServer https = HttpsServer.create(address, 0);
    https.setHttpsConfigurator(settings.tls().get());
    return https;
  }

  private void open() {
    http.setExecutor(requests);
    get("/metrics", "text/plain; version=0.0.4", read("/metrics", r -> metrics().scrape()));
    get("/healthz", "text/plain", request -> health());
    get("/readyz", "text/plain", request -> readiness());
    get("/status", request -> report());
    post("/pin", r -> Map.of("files", node.pin(r.required("dataset"), r.path())));
    post("/unpin", r -> Map.of("files", node.unpin(r.required("dataset"), r.path())));
    post("/prune", this::prune);
    post("/scrub", r -> Map.of("badBlocks", node.store().scrub()));
    post("/apply", authorization::requireOwner, this::apply);
    post("/suspend", r -> suspend(r, true));
    post("/resume", r -> suspend(r, false));
    post("/drop", authorization::requireOwner, r -> applied.drop(r.required("dataset")));
    post("/drain", authorization::requireOwner, r -> departure.drain());
    post("/undrain", authorization::requireOwner, r -> stay());
    new LoadEndpoints(loads).addTo(this);
    new SnapshotEndpoints(node).addTo(this);
    get("/unfinished", r -> unfinished(r).unfinished(age(r)));
    post("/unfinished/remove", r -> unfinished(r).abandon(age(r)));
    sampler.scheduleWithFixedDelay(
        node.background()
            .guarded(
                "measuring throughput", () -> throughput.sample(node.store().status().usages())),
        0,
        2,
        TimeUnit.SECONDS);
    http.start();
  }

  private Object apply(AdminRequest request) throws IOException {
    try {
      return applied.apply(
          request.parameters().getOrDefault("file", "(body)"),
          request.body(),
          !request.flag("unchecked"));
    } catch (InterruptedException e) {
      throw new InterruptedIOException("the server is stopping");
    }
  }

  private NodeDataSet unfinished(AdminRequest request) throws IOException {
    return node.dataSet(request.required("dataset"));
  }

  private static Duration age(AdminRequest request) {
    return request.duration("olderThan").orElse(UNFINISHED_AGE);
  }

  /** {@code host:port} that it listens on. */
  public String address() {
    return new Address.Tcp(settings.address().host(), http.getAddress().getPort()).toString();
  }

  private synchronized NodeMetrics metrics() {
    if (metrics == null) {
      metrics = new NodeMetrics(node, settings.gauges());
    }
    return metrics;
  }

  /** What is answered to a request, to be written as JSON. */
  @FunctionalInterface
  interface Answer {
    Object to(AdminRequest request) throws IOException;
  }

  private void get(String path, String type, Answer answer) {
    handle("GET", path, type, answer);
  }

  void get(String path, Answer answer) {
    get(path, "application/json", read(path, request -> json(answer.to(request))));
  }

  private Answer read(String path, Answer answer) {
    return request -> {
      authorization.require(request, path, dataSetOf(request), Role.READ);
      return answer.to(request);
    };
  }

  /** What changes something is for operators. */
  void post(String path, Answer answer) {
    post(
        path,
        (request, at) -> authorization.require(request, at, dataSetOf(request), Role.OPERATE),
        answer);
  }

  private interface Guard {
    void check(AdminRequest request, String path) throws AccessDeniedException;
  }

  /** The name of the data set that a request is about, however it calls it. */
  private String dataSetOf(AdminRequest request) {
    String called = request.parameters().get("dataset");
    try {
      return called == null ? Grant.ALL : node.dataSet(called).spec().name();
    } catch (UnknownDataSetException e) {
      return called;
    }
  }

  private void post(String path, Guard guard, Answer answer) {
    handle(
        "POST",
        path,
        "application/json",
        request -> {
          guard.check(request, path);
          String done = json(answer.to(request));
          log.info("{} {}: done", path, request.parameters());
          return done;
        });
  }

  private void handle(String method, String path, String type, Answer answer) {
    http.createContext(
        path,
        exchange -> {
          try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(path)) {
              send(exchange, 404, "text/plain", "no such path");
            } else if (!exchange.getRequestMethod().equals(method)) {
              send(exchange, 405, "text/plain", "use " + method);
            } else if (exchange.getRequestHeaders().containsKey("Origin")) {
              send(exchange, 403, "text/plain", "requests from web pages are refused");
            } else {
              answer(exchange, type, answer);
            }
          }
        });
  }

  private static void answer(HttpExchange exchange, String type, Answer answer) throws IOException {
    try {
      AdminRequest request = AdminRequest.of(exchange);
      try (LogContext context = LogContext.of(request.parameters().getOrDefault("dataset", ""))) {
        send(exchange, 200, type, answer.to(request).toString());
      }
    } catch (UnavailableException e) {
      send(exchange, 503, "text/plain", e.getMessage());
    } catch (UnknownDataSetException | NoSuchFileException e) {
      send(exchange, 404, "text/plain", e.getMessage());
    } catch (AccessDeniedException e) {
      send(exchange, 403, "text/plain", e.getMessage());
    } catch (IllegalArgumentException e) {
      send(exchange, 400, "text/plain", e.getMessage());
    } catch (IOException e) {
      log.warn("{} failed: {}", exchange.getRequestURI().getPath(), e.getMessage());
      log.debug("stack trace", e);
      send(exchange, 500, "text/plain", String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      log.warn("{} failed", exchange.getRequestURI().getPath(), e);
      send(exchange, 500, "text/plain", e.toString());
      throw e;
    }
  }

  /** The server is there and cannot do its work. */
  private static final class UnavailableException extends IOException {

    private static final long serialVersionUID = 1;

    UnavailableException(String message) {
      super(message);
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = (text + (text.endsWith("\n") ? "" : "\n")).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private Object stay() {
    departure.stay();
    return Map.of();
  }

  private Object suspend(AdminRequest request, boolean whether) throws IOException {
    node.suspend(request.required("dataset"), whether);
    return Map.of();
  }

  private Object prune(AdminRequest request) throws IOException {
    return node.prune(
        request.required("dataset"),
        new CacheNode.PruneRequest(
            Optional.ofNullable(request.parameters().get("path")).map(DataPath::normalize),
            request.duration("olderThan"),
            request.duration("unusedFor"),
            request.parameters().containsKey("notInSnapshot"),
            request.parameters().containsKey("pinnedToo")));
  }

  private String health() throws IOException {
    for (StoreStatus.DirectoryStatus directory : node.store().status().directories()) {
      if (directory.state() != DiskState.FAILED) {
        return "ok";
      }
    }
    throw new UnavailableException("all tier directories have failed");
  }

  private String readiness() throws IOException {
    health();
    if (!isReady()) {
      throw new UnavailableException("the server is still opening the shared maps");
    }
    List<String> troubles = troubles(node.status());
    return troubles.isEmpty() ? "ready" : "ready, but:\n" + String.join("\n", troubles);
  }

  private static List<String> troubles(CacheNode.Status status) {
    return status.troubles().entrySet().stream()
        .map(t -> t.getKey() + ": " + t.getValue())
        .toList();
  }

  private boolean isReady() {
    try {
      return node.awaitMaps(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String json(Object value) throws IOException {
    return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
  }

  /** The server at present. */
  public StatusReport report() {
    CacheNode.Status status = node.status();
    throughput.sample(status.store().usages());
    List<StatusReport.Tier> tiers = new ArrayList<>();
    long capacity = 0;
    for (StoreStatus.DirectoryStatus d : status.store().directories()) {
      capacity += d.quotaBytes();
      tiers.add(
          new StatusReport.Tier(
              d.tier(),
              d.medium().name(),
              d.path().toString(),
              d.quotaBytes(),
              d.usedBytes(),
              percent(d.usedBytes(), d.quotaBytes()),
              d.state().name(),
              d.trouble()));
    }
    List<StatusReport.DataSet> dataSets = new ArrayList<>();
    for (DataSetUsageStatus usage : status.store().usages()) {
      dataSets.add(dataSet(usage, status, capacity));
    }
    return new StatusReport(
        settings.name(),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started),
        isReady(),
        departure.isDraining(),
        troubles(status),
        settings.warnings(),
        status.store().files(),
        status.mapsBytes(),
        status.store().corruptBlocks(),
        tiers,
        dataSets,
        node.references().stream().map(this::reference).toList());
  }

  private StatusReport.Reference reference(DataSetSpec spec) {
    DataSetReference to = DataSetReference.of(spec).orElseThrow();
    boolean bound = node.spec(to.target()).isPresent();
    return new StatusReport.Reference(
        spec.name(), to.target(), to.directory(), bound ? "Bound" : "NotBound");
  }

  private StatusReport.DataSet dataSet(
      DataSetUsageStatus usage, CacheNode.Status status, long capacity) {
    var fetching = Optional.ofNullable(status.dataSets().get(usage.name()));
    Optional<SnapshotInfo> snapshot = fetching.flatMap(f -> f.snapshot());
    long most = Math.min(capacity, usage.maxBytes());
    return new StatusReport.DataSet(
        usage.name().isEmpty() ? "(not served)" : usage.name(),
        usage.files(),
        usage.usedBytes(),
        usage.copyBytes(),
        fetching.map(AdminServer::phase).orElse("NotBound"),
        fetching.map(f -> f.suspended() ? "" : f.binding().reason()).orElse(""),
        fetching.map(f -> Instant.ofEpochMilli(f.binding().sinceMillis()).toString()).orElse(null),
        snapshot.map(SnapshotInfo::bytes).orElse(null),
        snapshot.map(SnapshotInfo::files).orElse(null),
        snapshot.map(i -> i.created().toString()).orElse(null),
        snapshot.map(SnapshotInfo::unreadable).orElse(null),
        fetching.map(NodeDataSet.Status::listingProblem).orElse(""),
        snapshot.map(i -> Math.min(100, percent(usage.usedBytes(), i.bytes()))).orElse(null),
        most,
        usage.guaranteedBytes(),
        usage.retention(),
        usage.hitRatio(),
        usage.localHitRatio(),
        throughput.of(usage.name()),
        fetching.map(f -> f.underStore().bytes()).orElse(0L),
        fetching.map(f -> f.underStore().failures()).orElse(0L),
        usage.pins());
  }

  private static String phase(NodeDataSet.Status status) {
    return status.suspended() ? "Suspended" : status.binding().phase().name();
  }

  private static double percent(long part, long whole) {
    return whole == 0 ? 0 : 100.0 * part / whole;
  }

  @Override
  public void close() {
    sampler.shutdownNow();
    http.stop(0);
    requests.shutdownNow();
    synchronized (this) {
      if (metrics != null) {
        metrics.close();
      }
    }
  }
}
