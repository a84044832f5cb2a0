package io.forebay.server.apply;

import io.forebay.UnknownDataSetException;
import io.forebay.dataset.spec.Manifest;
import io.forebay.dataset.spec.Manifests;
import io.forebay.dataset.spec.SpecException;
import io.forebay.node.Binding;
import io.forebay.node.CacheNode;
import io.forebay.server.load.LoadJobs;
import io.forebay.server.load.LoadReport;
import io.forebay.server.load.LoadRequest;
import io.forebay.spec.DataSetReference;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.SnapshotTolerance;
import io.forebay.state.StateFile;
import io.forebay.store.NodeStore;
import io.forebay.store.TierOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data sets that operators gave to the running server. Their manifests are kept, readable by the
 * server only, and applied again at each start; secrets are kept until the last data set that needs
 * them is dropped. Thread-safe.
 */
public final class AppliedDataSets {

  private static final Logger log = LoggerFactory.getLogger(AppliedDataSets.class);

  private static final String SUFFIX = ".yaml";

  private final CacheNode node;
  private final LoadJobs loads;
  private final SourceChecks sources;
  private final Path directory;
  private final Optional<Path> secrets;
  private final AppliedSecrets applied;
  private final Set<String> configured;

  /**
   * @param secrets the operator's directory of secrets, which come before those that are applied
   * @param configured names of the data sets of the server's configuration, which are served again
   *     after a restart
   */
  public AppliedDataSets(
      CacheNode node,
      LoadJobs loads,
      SourceChecks sources,
      Optional<Path> secrets,
      Set<String> configured) {
    this.node = node;
    this.loads = loads;
    this.sources = sources;
    this.directory = node.directory().resolve("datasets");
    this.secrets = secrets;
    this.configured = Set.copyOf(configured);
    this.applied = new AppliedSecrets(AppliedSecrets.of(node.directory()));
  }

  private Manifests parse(String file, String text) {
    return Manifests.parse(file, text, secretDirectories(secrets, node.directory()));
  }

  /** Where a server looks for secrets, in order. */
  public static List<Path> secretDirectories(Optional<Path> operators, Path nodeDirectory) {
    return Stream.concat(operators.stream(), Stream.of(AppliedSecrets.of(nodeDirectory))).toList();
  }

  /**
   * What became of a file.
   *
   * @param applied documents, such as {@code Dataset/images created, Bound}
   * @param warnings what of them means nothing here
   * @param failed data sets whose under-stores do not answer; then no load was started
   */
  public record Outcome(List<String> applied, List<String> warnings, List<String> failed) {}

  /** Applies again what was applied before; what cannot be is reported and left out. */
  public void restore() throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file :
          (Iterable<Path>) files.filter(f -> f.toString().endsWith(SUFFIX))::iterator) {
        String name = file.getFileName().toString().replace(SUFFIX, "");
        try {
          Optional<String> kept =
              new StateFile(file).readOrSetAside("the data set is not served; apply it again");
          if (kept.isEmpty()) {
            continue;
          }
          for (Manifest manifest : parse(file.toString(), kept.get()).documents()) {
            if (manifest instanceof Manifest.DataSet dataSet && dataSet.name().equals(name)) {
              node.serve(dataSet.spec());
            }
          }
        } catch (IOException | RuntimeException e) {
          log.error("cannot serve data set '{}': {}", name, e.getMessage());
        }
      }
    }
  }

  /**
   * Applies the documents of a file: secrets first, then data sets, then, when their under-stores
   * answer, their loads.
   *
   * @param file what to call it in messages
   * @param check whether to ask the under-stores
   * @throws IllegalArgumentException for whatever is wrong in it; then nothing was applied
   */
  public Outcome apply(String file, String text, boolean check)
      throws IOException, InterruptedException {
    Manifests manifests = parse(file, text);
    requireKnown(file, manifests);
    List<String> warnings = new ArrayList<>(manifests.warnings());
    List<String> done = new ArrayList<>();
    Map<String, String> changes;
    synchronized (this) {
      done.addAll(keepSecrets(file, manifests, warnings));
      changes = applyDataSets(manifests, text);
    }
    List<String> failed = new ArrayList<>();
    for (Map.Entry<String, String> change : changes.entrySet()) {
      String line = "Dataset/" + change.getKey() + " " + change.getValue();
      done.add(check ? line + ", " + phase(change.getKey(), failed) : line);
    }
    for (Manifest manifest : manifests.documents()) {
      if (manifest instanceof Manifest.CacheRuntime runtime) {
        done.add(apply(file, runtime, warnings));
      }
    }
    synchronized (this) {
      done.addAll(
          failed.isEmpty() ? startLoads(manifests, warnings) : notStarted(manifests, failed));
    }
    return new Outcome(done, warnings, failed);
  }

  /** Whether readers find what a data set has, and why not; adds those that do not. */
  private String phase(String dataSet, List<String> failed)
      throws IOException, InterruptedException {
    Optional<DataSetReference> reference = node.spec(dataSet).flatMap(DataSetReference::of);
    if (reference.isPresent()) {
      boolean bound = node.spec(reference.get().target()).isPresent();
      if (!bound) {
        failed.add(dataSet);
      }
      return bound
          ? "Bound to " + reference.get()
          : "NotBound: it refers to " + reference.get() + ", which is not served here";
    }
    Binding binding = sources.check(node.dataSet(dataSet));
    if (binding.phase() == Binding.Phase.Failed) {
      failed.add(dataSet);
    }
    return binding.phase() + (binding.reason().isEmpty() ? "" : ": " + binding.reason());
  }

  /**
   * Before anything is applied: loads are of data sets of the file, or of those that are served.
   */
  private void requireKnown(String file, Manifests manifests) {
    for (Manifest manifest : manifests.documents()) {
      if (manifest instanceof Manifest.DataLoad load
          && node.spec(load.dataSet()).isEmpty()
          && manifests.documents().stream()
              .noneMatch(m -> m instanceof Manifest.DataSet d && d.name().equals(load.dataSet()))) {
        throw new IllegalArgumentException(
            file
                + ": DataLoad/"
                + load.name()
                + ": data set '"
                + load.dataSet()
                + "' is neither in this file nor served here; nothing was applied");
      }
    }
  }

  /** What became of each secret. */
  private List<String> keepSecrets(String file, Manifests manifests, List<String> warnings)
      throws IOException {
    List<String> kept = new ArrayList<>();
    for (Manifest manifest : manifests.documents()) {
      if (manifest instanceof Manifest.Secret secret) {
        kept.add("Secret/" + secret.name() + " " + applied.keep(secret));
        secrets
            .map(operators -> operators.resolve(secret.name()))
            .filter(Files::exists)
            .ifPresent(
                other ->
                    warnings.add(
                        file
                            + ": Secret/"
                            + secret.name()
                            + ": the server uses the files in "
                            + other
                            + " instead"));
      }
    }
    return kept;
  }

  /** What became of each data set. */
  private Map<String, String> applyDataSets(Manifests manifests, String text) throws IOException {
    Map<String, String> changes = new LinkedHashMap<>();
    for (Manifest manifest : manifests.documents()) {
      if (manifest instanceof Manifest.DataSet dataSet) {
        changes.put(dataSet.name(), apply(dataSet, text));
      }
    }
    return changes;
  }

  private String apply(String file, Manifest.CacheRuntime runtime, List<String> warnings) {
    String which = runtime.kind() + "/" + runtime.name();
    List<TierOptions> tiers = runtime.tiers(node.directory());
    if (tiers.isEmpty() || tiers.equals(node.tiers())) {
      return which + " unchanged";
    }
    warnings.add(
        file
            + ": "
            + which
            + ": a running server cannot change its tiers; restart it with 'forebay serve"
            + " --config' and this file");
    return which + " not applied";
  }

  private static List<String> notStarted(Manifests manifests, List<String> failed) {
    return manifests.documents().stream()
        .filter(Manifest.DataLoad.class::isInstance)
        .map(
            load ->
                "DataLoad/"
                    + load.name()
                    + " not started; apply the file again when the data set "
                    + String.join(", ", failed)
                    + " is Bound")
        .toList();
  }

  private List<String> startLoads(Manifests manifests, List<String> warnings) throws IOException {
    List<String> started = new ArrayList<>();
    Set<String> listed = new HashSet<>();
    for (Manifest manifest : manifests.documents()) {
      if (manifest instanceof Manifest.DataLoad load) {
        if (load.loadMetadata()) {
          listed.add(load.dataSet());
        }
        LoadRequest request = LoadRequest.of(load);
        loads
            .tooManyReplicas(request)
            .ifPresent(
                why ->
                    warnings.add(
                        "DataLoad/" + load.name() + ": " + why + "; each of them gets a copy"));
        Optional<LoadReport> same = loads.unchanged(request);
        if (same.isPresent()) {
          started.add("DataLoad/" + load.name() + " unchanged, " + same.get().phase());
        } else {
          loads.start(request);
          started.add("DataLoad/" + load.name() + " started");
        }
      }
    }
    for (Manifest manifest : manifests.documents()) {
      if (manifest instanceof Manifest.CacheRuntime runtime
          && runtime.autoSync()
          && !listed.contains(runtime.name())
          && hasNoList(runtime.name())) {
        String load = "sync-" + runtime.name();
        if (!loads.isUnderWay(load)) {
          loads.start(
              LoadRequest.once(
                  load, runtime.name(), true, false, List.of(), SnapshotTolerance.DEFAULT));
        }
        started.add("Dataset/" + runtime.name() + " is being listed");
      }
    }
    return started;
  }

  private boolean hasNoList(String name) throws IOException {
    Optional<DataSetSpec> spec = node.spec(name);
    return spec.isPresent()
        && DataSetReference.of(spec.get()).isEmpty()
        && !spec.get().policy().metadata().always()
        && node.dataSet(name).snapshots().inUse().isEmpty();
  }

  private String apply(Manifest.DataSet dataSet, String text) throws IOException {
    DataSetSpec spec = dataSet.spec();
    Optional<DataSetSpec> before = node.spec(spec.name());
    try {
      node.serve(spec);
    } catch (IOException | IllegalArgumentException e) {
      Optional<SpecException> placed = dataSet.places().find(e);
      if (placed.isPresent()) {
        throw placed.get();
      }
      throw e;
    } finally {
      if (node.spec(spec.name()).equals(Optional.of(spec))) { // even if it could not be listed anew
        keep(spec.name(), text);
      }
    }
    String outcome =
        before.isEmpty() ? "created" : before.get().equals(spec) ? "unchanged" : "changed";
    log.info("applied data set '{}': {}", spec.name(), outcome);
    return outcome;
  }

  private void keep(String name, String text) throws IOException {
    Files.createDirectories(directory);
    new StateFile(file(name))
        .write(
            text,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /**
   * What a drop removed.
   *
   * @param configured whether the server's configuration has the data set, so that it is served
   *     again after a restart
   */
  public record Dropped(long files, long bytes, boolean configured) {}

  /** Takes a data set out of service, with its loads and all that is cached of it. */
  public synchronized Dropped drop(String dataSet) throws IOException {
    if (node.dropReference(dataSet)) {
      Files.deleteIfExists(file(dataSet));
      log.info("dropped data set '{}'; the data set that it referred to stays", dataSet);
      return new Dropped(0, 0, configured.contains(dataSet));
    }
    String name = name(dataSet);
    Optional<DataSetSpec> spec = node.spec(name);
    loads.drop(name);
    NodeStore.Pruned pruned = node.drop(name);
    if (name.indexOf('/') < 0) { // one that was called by its root was never applied
      Files.deleteIfExists(file(name));
    }
    Set<String> unused = new HashSet<>();
    spec.ifPresent(s -> unused.addAll(secretsOf(s)));
    node.specs().forEach(other -> unused.removeAll(secretsOf(other)));
    for (String secret : unused) {
      applied.drop(secret);
    }
    log.info(
        "dropped data set '{}' with {} files of {} bytes", name, pruned.files(), pruned.bytes());
    return new Dropped(pruned.files(), pruned.bytes(), configured.contains(name));
  }

  private String name(String dataSet) {
    try {
      return node.dataSet(dataSet).spec().name();
    } catch (UnknownDataSetException e) {
      return dataSet; // files of it may be left
    }
  }

  /** Names of the secrets that a data set needs. */
  public static Set<String> secretsOf(DataSetSpec spec) {
    Set<String> names = new HashSet<>();
    spec.mounts().forEach(m -> m.secrets().values().forEach(ref -> names.add(ref.name())));
    return names;
  }

  private Path file(String name) {
    return directory.resolve(name + SUFFIX);
  }
}
