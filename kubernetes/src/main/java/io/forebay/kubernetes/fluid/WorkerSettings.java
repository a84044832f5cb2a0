package io.forebay.kubernetes.fluid;

import io.fabric8.kubernetes.api.model.Quantity;
import io.forebay.config.CachePolicies;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A worker's settings as a server, by the names of {@link io.forebay.server.ServerConfig}. */
final class WorkerSettings {

  /** Where the other commands look for a server, too. */
  static final String DIRECTORY = "/var/lib/forebay";

  private WorkerSettings() {}

  /**
   * @param host name of this pod
   * @param address of this pod
   * @param given settings that come before all others
   */
  static Map<String, String> of(
      RuntimeConfig config, String host, String address, Map<String, String> given) {
    Map<String, String> options = config.workers().options();
    Map<String, String> settings = new TreeMap<>();
    settings.put("directory", DIRECTORY);
    String members = Workers.members(config, options);
    if (!members.startsWith("dns:")) {
      settings.put("name", host); // where DNS names the members, an address is its name
    }
    settings.put("listen.tcp", hostAndPort(address, Workers.PORT));
    settings.put("listen.admin", hostAndPort(address, Workers.ADMIN_PORT));
    settings.put("members", members);
    addTiers(config.workers().tieredStoreLevels(), settings);
    options.forEach(
        (key, value) -> {
          if (!CachePolicies.isSetting(key)) {
            settings.put(key, value);
          }
        });
    settings.putAll(given);
    if (settings.keySet().stream().noneMatch(key -> key.equals("tls") || key.startsWith("tls."))) {
      settings.put("tls", "none"); // as all else between pods
    }
    return settings;
  }

  private static String hostAndPort(String address, int port) {
    return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
  }

  private static void addTiers(List<RuntimeConfig.Level> levels, Map<String, String> settings) {
    if (levels.isEmpty()) {
      throw new IllegalArgumentException(
          "the runtime has no tier; its CacheRuntime needs spec.worker.tieredStore.levels");
    }
    for (int i = 0; i < levels.size(); i++) {
      String where = "worker.tieredStoreLevels[" + i + "]";
      RuntimeConfig.Level level = levels.get(i);
      if (level.mountPaths().isEmpty() || level.quotas().size() != level.mountPaths().size()) {
        throw new IllegalArgumentException(
            where
                + " has "
                + level.quotas().size()
                + " quotas for "
                + level.mountPaths().size()
                + " paths; it needs at least one path, and a quota for each");
      }
      List<String> quotas = new ArrayList<>();
      for (String quota : level.quotas()) {
        quotas.add(bytes(where, quota));
      }
      // What is mounted there may be another's: /dev/shm, or the root of a file system.
      String paths =
          String.join(",", level.mountPaths().stream().map(p -> p + "/forebay").toList());
      String tier = "tier." + i + ".";
      settings.put(tier + "mediumtype", level.mediumType() == null ? "SSD" : level.mediumType());
      settings.put(tier + "path", paths);
      settings.put(tier + "quotaList", String.join(",", quotas));
      addMark(settings, tier + "high", level.high());
      addMark(settings, tier + "low", level.low());
    }
  }

  private static void addMark(Map<String, String> settings, String key, String mark) {
    if (mark != null && !mark.isEmpty()) {
      settings.put(key, mark);
    }
  }

  /** Of a quantity in any of the forms that Kubernetes has. */
  private static String bytes(String where, String quota) {
    try {
      BigDecimal bytes = Quantity.getAmountInBytes(new Quantity(quota));
      return bytes.toBigInteger().toString();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          where + " has the quota '" + quota + "', which is not a quantity such as 10Gi", e);
    }
  }
}
