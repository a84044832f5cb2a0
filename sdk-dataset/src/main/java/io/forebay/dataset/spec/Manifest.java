package io.forebay.dataset.spec;

import io.forebay.spec.DataSetSpec;
import io.forebay.store.TierOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** One document of a manifest file. */
public sealed interface Manifest {

  /** The object's own name. */
  String name();

  /**
   * A {@code Dataset}.
   *
   * @param places where its options and secrets stand
   */
  record DataSet(DataSetSpec spec, FieldLocations places) implements Manifest {
    @Override
    public String name() {
      return spec.name();
    }
  }

  /**
   * A {@code JindoRuntime} or one of its siblings: how a data set is kept.
   *
   * @param name of the runtime, which in Fluid is the data set's
   * @param kind as written
   * @param tiers all levels, fastest first; a path that is relative is in the server's directory
   * @param replicas cache servers
   * @param autoSync whether the under-store is listed without being asked to
   */
  record CacheRuntime(
      String name, String kind, List<TierOptions> tiers, int replicas, boolean autoSync)
      implements Manifest {

    public CacheRuntime {
      tiers = List.copyOf(tiers);
    }

    /** The tiers of a server with such a directory. */
    public List<TierOptions> tiers(Path directory) {
      return tiers.stream().map(tier -> below(directory, tier)).toList();
    }

    private static TierOptions below(Path directory, TierOptions tier) {
      List<TierOptions.Directory> absolute =
          tier.directories().stream()
              .map(d -> new TierOptions.Directory(directory.resolve(d.path()), d.quotaBytes()))
              .toList();
      return new TierOptions(tier.medium(), absolute, tier.high(), tier.low());
    }
  }

  /**
   * A {@code Secret}: what the {@code secretKeyRef}s of data sets name.
   *
   * @param values by key
   */
  record Secret(String name, Map<String, String> values) implements Manifest {

    public Secret {
      values = Map.copyOf(values);
    }

    /** Name and keys, never a value. */
    @Override
    public String toString() {
      return "Secret/" + name + " with " + new TreeSet<>(values.keySet());
    }
  }

  /** When a load runs. */
  enum Policy {
    /** Now. */
    ONCE,
    /** By a schedule. */
    CRON,
    /** Now, and whenever the data set's files are others. */
    ON_EVENT
  }

  /** A part of a data set, and on how many servers it is to be. */
  record Target(String path, int replicas) {}

  /**
   * A {@code DataLoad}.
   *
   * @param dataSet the data set's name
   * @param loadMetadata whether to list the under-store first
   * @param targets at least one
   * @param schedule of a {@link Policy#CRON} load: five fields, as cron has them
   * @param after the load that must be complete before
   * @param keepFor how long the finished load is remembered
   */
  record DataLoad(
      String name,
      String dataSet,
      boolean loadMetadata,
      List<Target> targets,
      Policy policy,
      Optional<String> schedule,
      Optional<String> after,
      Optional<Duration> keepFor)
      implements Manifest {

    public DataLoad {
      targets = List.copyOf(targets);
    }
  }
}
