package io.forebay.dataset.spec;

import io.forebay.config.DataSize;
import io.forebay.store.Medium;
import io.forebay.store.TierOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the levels of a runtime's tiered store. */
final class TierReader {

  /** Forms of a level of a {@code CacheRuntime}'s worker; a level has one of them. */
  private static final List<String> FORMS =
      List.of("processMemory", "emptyDir", "hostPath", "path");

  private final String runtime;
  private final boolean lowIsFreeSpace;
  private final List<TierOptions> tiers = new ArrayList<>();

  /**
   * @param runtime its name
   * @param kind of the runtime
   */
  TierReader(String runtime, String kind) {
    this.runtime = runtime;
    this.lowIsFreeSpace = kind.equals("JuiceFSRuntime");
  }

  List<TierOptions> tiers() {
    return tiers;
  }

  /** A {@code tieredstore}, which most runtimes have. */
  void read(Field store) {
    for (Field level : store.allow("levels").get("levels").map(Field::list).orElse(List.of())) {
      level.allow("mediumtype", "path", "quota", "quotaList");
      level.ignore("tiers are directories of the host", "volumeType", "volumeSource");
      Medium medium = level.require("mediumtype").as(TierReader::medium);
      List<Path> paths =
          level
              .get("path")
              .map(TierReader::paths)
              .orElseGet(() -> List.of(defaultDirectory(medium)));
      add(level, medium, paths, quotas(level, paths.size()));
    }
    store.close();
  }

  /** A {@code tieredStore}, which the worker of a {@code CacheRuntime} has. */
  void readWorkers(Field store) {
    for (Field level : store.allow("levels").get("levels").map(Field::list).orElse(List.of())) {
      level.allow("processMemory", "emptyDir", "hostPath", "path", "medium", "quota");
      List<String> forms = FORMS.stream().filter(form -> level.get(form).isPresent()).toList();
      if (forms.size() != 1) {
        throw level.error(
            forms.isEmpty()
                ? "needs one of the fields " + String.join(", ", FORMS)
                : "must have one of the fields " + String.join(", ", forms));
      }
      Field form = level.require(forms.get(0));
      switch (forms.get(0)) {
        case "processMemory" -> addOwn(level, form.allow("quota"), Medium.MEM);
        case "emptyDir" -> addOwn(level, form.allow("quota", "medium"), emptyDirs(form));
        case "hostPath" -> {
          form.allow("paths", "quotas").ignore("the server creates its directories", "type");
          addPaths(level, Medium.SSD, form.require("paths"), form.require("quotas"));
          form.close();
        }
        default -> // as before Fluid 1.1: paths inside the pod
            addPaths(level, workers(level.get("medium")), form, level.require("quota"));
      }
    }
    store.close();
  }

  private void addOwn(Field level, Field form, Medium medium) {
    long bytes = form.require("quota").as(text -> DataSize.parse(text).bytes());
    form.close();
    add(level, medium, List.of(defaultDirectory(medium)), List.of(bytes));
  }

  private void addPaths(Field level, Medium medium, Field paths, Field quotas) {
    List<Path> directories = paths.list().stream().map(TierReader::path).toList();
    List<Long> bytes =
        quotas.list().stream()
            .map(quota -> quota.as(text -> DataSize.parse(text).bytes()))
            .toList();
    if (bytes.size() != directories.size()) {
      throw level.error("has " + bytes.size() + " quotas for " + directories.size() + " paths");
    }
    add(level, medium, directories, bytes);
  }

  private static Medium emptyDirs(Field emptyDir) {
    return switch (emptyDir.get("medium").map(Field::text).orElse("")) {
      case "" -> Medium.SSD;
      case "Memory" -> Medium.MEM;
      default -> throw emptyDir.require("medium").error("must be Memory or empty");
    };
  }

  private static Medium workers(Optional<Field> medium) {
    medium.ifPresent(m -> m.allow("processMemory", "volume").close());
    Optional<Field> volume = medium.flatMap(m -> m.get("volume"));
    volume.ifPresent(v -> v.allow("hostPath", "emptyDir", "ephemeral").close());
    return medium.flatMap(m -> m.get("processMemory")).isPresent() ? Medium.MEM : Medium.SSD;
  }

  /** Where the manifest names no directory: memory, or a directory of the server. */
  private Path defaultDirectory(Medium medium) {
    String level = String.valueOf(tiers.size());
    return medium == Medium.MEM
        ? Path.of("/dev/shm/forebay-" + runtime + "-" + level)
        : Path.of("tier-" + level);
  }

  private void add(Field level, Medium medium, List<Path> paths, List<Long> quotas) {
    level.allow("high", "low");
    List<TierOptions.Directory> directories = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      directories.add(new TierOptions.Directory(paths.get(i), quotas.get(i)));
    }
    if (lowIsFreeSpace) {
      level.ignore("JuiceFS uses it as the fraction of the disk to keep free", "low");
    }
    double high = share(level.get("high"), TierOptions.DEFAULT_HIGH);
    Optional<Field> mark = lowIsFreeSpace ? Optional.empty() : level.get("low");
    double low = share(mark, Math.min(TierOptions.DEFAULT_LOW, high));
    level.close();
    try {
      tiers.add(new TierOptions(medium, directories, high, low));
    } catch (IllegalArgumentException e) {
      throw level.error("is wrong: " + e.getMessage());
    }
  }

  private static Medium medium(String text) {
    try {
      return Medium.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "use one of " + Arrays.toString(Medium.values()) + ", not " + text, e);
    }
  }

  private static Path path(Field path) {
    if (!path.text().startsWith("/")) {
      throw path.error("is '" + path.text() + "'; use an absolute path");
    }
    return Path.of(path.text());
  }

  private static List<Path> paths(Field path) {
    List<String> paths = Arrays.stream(path.text().split(",", -1)).map(String::strip).toList();
    if (paths.stream().anyMatch(p -> !p.startsWith("/"))) {
      throw path.error("is '" + path.text() + "'; use absolute paths, separated by commas");
    }
    return paths.stream().map(Path::of).toList();
  }

  /** One for each path; a quota for all of them is split evenly, as Fluid does. */
  private static List<Long> quotas(Field level, int paths) {
    Optional<Field> list = level.get("quotaList");
    Optional<Field> one = level.get("quota");
    if (list.isEmpty()) {
      long bytes =
          one.orElseThrow(() -> level.error("must have the field 'quota' or 'quotaList'"))
              .as(text -> DataSize.parse(text).bytes());
      return Collections.nCopies(paths, bytes / paths);
    }
    List<Long> quotas =
        list.get()
            .as(
                text ->
                    Arrays.stream(text.split(",", -1))
                        .map(q -> DataSize.parse(q).bytes())
                        .toList());
    if (quotas.size() != paths) {
      throw list.get().error("has " + quotas.size() + " quotas for " + paths + " paths");
    }
    return quotas;
  }

  private static double share(Optional<Field> field, double fallback) {
    return field
        .map(
            f ->
                f.<Double>as(
                    text -> {
                      try {
                        return Double.valueOf(text);
                      } catch (NumberFormatException e) {
                        throw new IllegalArgumentException(
                            "use a fraction such as \\\"0.95\\\", not '" + text + "'", e);
                      }
                    }))
        .orElse(fallback);
  }
}
